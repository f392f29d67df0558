package ecmplab.lab.message;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.control.Json;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * OPEN (RFC 4271 section 4.2, RFC 5492): {@code version, as, holdTime, routerId, capabilities}, each capability with its code, name, what
 * it says, and its value in hex, which alone counts when the message is written.
 */
final class OpenJson {
    private static final int PARAMETERS_AT = 29;
    private static final int CAPABILITIES = 2;
    private static final int EXTENDED = 255;

    static void read(byte[] message, ObjectNode node) {
        node.put("version", message[19] & 0xFF);
        node.put("as", BigEndian.uint16(message, 20));
        node.put("holdTime", BigEndian.uint16(message, 22));
        node.put("routerId", new RouterId(BigEndian.int32(message, 24)).toString());
        switch (Open.decode(message, 0, message.length)) {
            case Open.Outcome.Valid(var open) -> {
                node.put("as", open.asn().value());
                capabilities(message, open.capabilities(), node);
            }
            case Open.Outcome.Malformed(var answer, var reason) -> {
                node.put("verdict", "reset");
                node.set("notification", MessageReader.notification(answer));
                int offset = switch (answer.subcode()) {
                    case 1 -> 19;
                    case 2 -> 20;
                    case 3 -> 24;
                    case 6 -> 22;
                    default -> PARAMETERS_AT - 1;
                };
                MessageReader.fault(node, null, "RFC 4271 section 6.2", "reset", offset, reason);
            }
        }
    }

    private static void capabilities(byte[] message, List<Capability> read, ObjectNode node) {
        boolean extended = message.length > PARAMETERS_AT + 2 && (message[PARAMETERS_AT] & 0xFF) == EXTENDED;
        int at = PARAMETERS_AT + (extended ? 3 : 0);
        int header = extended ? 3 : 2;
        var values = new ArrayList<String>();
        int parameters = 0;
        while (at < message.length) {
            int size = extended ? BigEndian.uint16(message, at + 1) : message[at + 1] & 0xFF;
            int next = at + header + size;
            for (at += header; at < next; at += 2 + (message[at + 1] & 0xFF)) {
                values.add(HexFormat.of().formatHex(message, at + 2, at + 2 + (message[at + 1] & 0xFF)));
            }
            parameters++;
        }
        var list = node.putArray("capabilities");
        for (int i = 0; i < read.size(); i++) {
            list.add(describe(read.get(i)).put("value", values.get(i)));
        }
        if (parameters > 1) {
            node.put("oneParameterEach", true);
        }
    }

    private static ObjectNode describe(Capability capability) {
        var node = Json.MAPPER.createObjectNode().put("code", capability.code());
        return switch (capability) {
            case Capability.Multiprotocol(int afi, int safi) ->
                node.put("name", "multiprotocol").put("afi", afi).put("safi", safi);
            case Capability.RouteRefresh() -> node.put("name", "route refresh");
            case Capability.ExtendedNextHop(var entries) -> {
                node.put("name", "extended next hop").set("entries", Json.MAPPER.valueToTree(entries));
                yield node;
            }
            case Capability.ExtendedMessage() -> node.put("name", "extended message");
            case Capability.Role(int role) -> node.put("name", "role").put("role", roleName(role));
            case Capability.GracefulRestart restart -> {
                node.put("name", "graceful restart")
                        .put("restarting", restart.restarting())
                        .put("notification", restart.notification())
                        .put("seconds", restart.restartSeconds())
                        .set("entries", Json.MAPPER.valueToTree(restart.entries()));
                yield node;
            }
            case Capability.FourOctetAs(var asn) ->
                node.put("name", "four-octet AS").put("as", asn.value());
            case Capability.AddPath(var entries) -> {
                node.put("name", "add-path").set("entries", Json.MAPPER.valueToTree(entries));
                yield node;
            }
            case Capability.EnhancedRouteRefresh() -> node.put("name", "enhanced route refresh");
            case Capability.HostName(var host, var domain) ->
                node.put("name", "host name").put("host", host).put("domain", domain);
            case Capability.SoftwareVersion(var version) ->
                node.put("name", "software version").put("version", version);
            case Capability.Unknown(int code, var ignored) -> node.put("name", unknown(code));
        };
    }

    private static String roleName(int role) {
        return switch (role) {
            case 0 -> "provider";
            case 1 -> "route server";
            case 2 -> "route server client";
            case 3 -> "customer";
            case 4 -> "peer";
            default -> "role " + role;
        };
    }

    private static String unknown(int code) {
        return switch (code) {
            case 3 -> "outbound route filtering";
            case 8 -> "multiple labels";
            case 66 -> "dynamic capability (deprecated)";
            case 67 -> "dynamic capability";
            case 68 -> "multisession";
            case 71 -> "long-lived graceful restart";
            case 128 -> "route refresh (old)";
            default -> "capability " + code;
        };
    }

    /** The body behind the header. */
    static void write(JsonNode node, ByteBuf out) {
        long as = node.path("as").asLong(0);
        out.writeByte(node.path("version").asInt(4));
        out.writeShort(as > 0xFFFF ? Asn.TRANS.bits() : (int) as);
        out.writeShort(node.path("holdTime").asInt(90));
        try {
            out.writeInt(RouterId.parse(node.path("routerId").asString("")).bits());
        } catch (IllegalArgumentException wrong) {
            throw new Unwritable("routerId: " + wrong.getMessage());
        }
        boolean each = node.path("oneParameterEach").asBoolean(false);
        var offered = Unpooled.buffer();
        for (var capability : node.path("capabilities")) {
            var value = MessageWriter.hex(capability.path("value"), "capabilities");
            if (value.length > 255) {
                throw new Unwritable("capability of " + value.length + " octets: must be at most 255");
            }
            if (each) {
                offered.writeByte(CAPABILITIES).writeByte(2 + value.length);
            }
            offered.writeByte(capability.path("code").asInt()).writeByte(value.length);
            offered.writeBytes(value);
        }
        parameters(ByteBufUtil.getBytes(offered), each, out);
    }

    private static void parameters(byte[] offered, boolean each, ByteBuf out) {
        int header = each || offered.length == 0 ? 0 : 2;
        if (header + offered.length < EXTENDED) {
            out.writeByte(header + offered.length);
            if (header > 0) {
                out.writeByte(CAPABILITIES).writeByte(offered.length);
            }
        } else if (each) {
            throw new Unwritable("capabilities of " + offered.length + " octets: must be in one parameter");
        } else {
            out.writeByte(EXTENDED).writeByte(EXTENDED).writeShort(offered.length + 3);
            out.writeByte(CAPABILITIES).writeShort(offered.length);
        }
        out.writeBytes(offered);
    }

    private OpenJson() {}
}
