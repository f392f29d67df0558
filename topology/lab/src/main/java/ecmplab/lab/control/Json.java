package ecmplab.lab.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.mux.table.EndpointId;
import ecmplab.packet.AddressText;
import ecmplab.packet.FlowKey;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.net.InetAddress;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;
import tools.jackson.databind.ser.std.ToStringSerializer;

/** The one way the lab writes JSON: records by their component names, domain values as text, absent values left out. */
public final class Json {
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(texts())
            .changeDefaultPropertyInclusion(included -> included.withValueInclusion(JsonInclude.Include.NON_ABSENT))
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .build();

    private Json() {}

    /** Domain values are written as people write them. */
    private static SimpleModule texts() {
        var module = new SimpleModule().addSerializer(new AddressSerializer());
        for (var type : List.of(
                Asn.class,
                RouterId.class,
                Prefix.class,
                MacAddress.class,
                Vni.class,
                FlowKey.class,
                EndpointId.class)) {
            module.addSerializer(type, ToStringSerializer.instance);
        }
        return module;
    }

    /** Indented, ended by a line feed. */
    public static String pretty(Object value) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    }

    /** On one line, without a line feed. */
    public static String line(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    private static final class AddressSerializer extends StdSerializer<InetAddress> {
        AddressSerializer() {
            super(InetAddress.class);
        }

        @Override
        public void serialize(InetAddress value, JsonGenerator out, SerializationContext context) {
            out.writeString(AddressText.of(value));
        }
    }
}
