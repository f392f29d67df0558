package ecmplab.lab.message;

import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.HexFormat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** ROUTE-REFRESH (RFC 2918, RFC 7313): {@code afi, safi, subtype} and the subtype's name. */
final class RefreshJson {
    private static final int PLAIN_LENGTH = 23;

    static void read(byte[] message, ObjectNode node) {
        int subtype = message[Framing.HEADER + 2] & 0xFF;
        node.put("afi", BigEndian.uint16(message, Framing.HEADER));
        node.put("safi", message[Framing.HEADER + 3] & 0xFF);
        node.put("subtype", subtype);
        node.put(
                "name",
                switch (subtype) {
                    case 0 -> "request";
                    case 1 -> "BoRR";
                    case 2 -> "EoRR";
                    default -> "subtype " + subtype;
                });
        if (message.length > PLAIN_LENGTH) {
            node.put("filters", HexFormat.of().formatHex(message, PLAIN_LENGTH, message.length));
        }
        if (message.length != PLAIN_LENGTH && (subtype == 1 || subtype == 2)) {
            // A request may be longer: it has outbound route filters then (RFC 5291).
            var data = Octets.of(Arrays.copyOf(message, Math.min(message.length, 4075)));
            node.put("verdict", "reset");
            node.set("notification", MessageReader.notification(new Notification(7, 1, data)));
            MessageReader.fault(
                    node, null, "RFC 7313 section 5", "reset", 16, "a length of " + message.length + ": must be 23");
        } else if (subtype > 2) {
            node.put("verdict", "discard");
            MessageReader.fault(node, null, "RFC 7313 section 5", "discard", Framing.HEADER + 2, "subtype " + subtype);
        }
    }

    static void write(JsonNode node, ByteBuf out) {
        out.writeShort(node.path("afi").asInt(1));
        out.writeByte(node.path("subtype").asInt(0));
        out.writeByte(node.path("safi").asInt(1));
        if (node.has("filters")) {
            out.writeBytes(MessageWriter.hex(node.path("filters"), "filters"));
        }
    }

    private RefreshJson() {}
}
