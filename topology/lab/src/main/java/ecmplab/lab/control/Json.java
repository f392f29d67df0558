package ecmplab.lab.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.InetAddress;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** The one way the lab writes JSON: records by their component names, addresses as text, absent values left out. */
public final class Json {
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .addModule(new SimpleModule().addSerializer(new AddressText()))
            .changeDefaultPropertyInclusion(included -> included.withValueInclusion(JsonInclude.Include.NON_ABSENT))
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .build();

    private Json() {}

    /** Indented, ended by a line feed. */
    public static String pretty(Object value) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
    }

    /** On one line, without a line feed. */
    public static String line(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    private static final class AddressText extends StdSerializer<InetAddress> {
        AddressText() {
            super(InetAddress.class);
        }

        @Override
        public void serialize(InetAddress value, JsonGenerator out, SerializationContext context) {
            out.writeString(value.getHostAddress());
        }
    }
}
