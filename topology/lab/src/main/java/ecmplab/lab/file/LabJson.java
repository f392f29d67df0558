package ecmplab.lab.file;

import ecmplab.bgp.bfd.BfdTimers;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.packet.AddressText;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** JSON form of lab records: domain types are the text a person would write, so {@code lab.json} reads like the lab file. */
public final class LabJson {
    private LabJson() {}

    public static JsonMapper mapper() {
        var module = new SimpleModule("lab");
        text(module, InetAddress.class, AddressText::of, InetAddress::ofLiteral);
        text(module, InetSocketAddress.class, LabJson::socket, RoutingScalars::socket);
        text(module, InterfaceAddress.class, InterfaceAddress::toString, InterfaceAddress::parse);
        text(module, Asn.class, Asn::toString, number -> Asn.of(Long.parseLong(number)));
        text(module, RouterId.class, RouterId::toString, RouterId::parse);
        text(module, Vni.class, Vni::toString, number -> new Vni(Integer.parseInt(number)));
        text(module, MacAddress.class, MacAddress::toString, MacAddress::parse);
        text(module, BfdTimers.class, BfdTimers::toString, BfdTimers::parse);
        text(module, Path.class, Path::toString, Path::of);
        text(module, Duration.class, Duration::toString, Duration::parse);
        return JsonMapper.builder()
                .addModule(module)
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build();
    }

    private static String socket(InetSocketAddress address) {
        var host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static <T> void text(
            SimpleModule module, Class<T> type, Function<? super T, String> write, Function<String, ? extends T> read) {
        module.addSerializer(type, new ValueSerializer<T>() {
            @Override
            public void serialize(T value, JsonGenerator out, SerializationContext context) {
                out.writeString(write.apply(value));
            }
        });
        module.addDeserializer(type, new ValueDeserializer<T>() {
            @Override
            public T deserialize(JsonParser in, DeserializationContext context) {
                return read.apply(in.getString());
            }
        });
    }
}
