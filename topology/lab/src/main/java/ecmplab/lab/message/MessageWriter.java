package ecmplab.lab.message;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * Messages from the JSON that {@link MessageReader} makes. {@code octets}, where given, is the message; otherwise what counts is {@code
 * type} and, of an UPDATE, {@code attributes}, {@code nlri} and {@code withdrawn}. Prefixes that no multiprotocol attribute names go into
 * the fields of the message, and IPv6 ones into an attribute made for them with the next hop of NEXT_HOP.
 */
public final class MessageWriter {
    /** @throws Unwritable when the JSON is no message */
    public static byte[] write(JsonNode node, UpdateOptions options) {
        if (node.has("octets")) {
            return hex(node.path("octets"), "octets");
        }
        var out = Unpooled.buffer();
        var type = node.path("type").asString("").toUpperCase(Locale.ROOT);
        Framing.writeHeader(out, 0, type(type));
        switch (type) {
            case "OPEN" -> OpenJson.write(node, out);
            case "UPDATE" -> update(node, options, out);
            case "NOTIFICATION" -> notification(node.path("notification"), out);
            case "ROUTE-REFRESH" -> RefreshJson.write(node, out);
            default -> {}
        }
        if (out.readableBytes() > options.maxMessageSize()) {
            throw new Unwritable(
                    "a message of " + out.readableBytes() + " octets: must be at most " + options.maxMessageSize());
        }
        out.setShort(16, out.readableBytes());
        return ByteBufUtil.getBytes(out);
    }

    private static int type(String name) {
        for (int type = Framing.OPEN; type <= Framing.ROUTE_REFRESH; type++) {
            if (MessageReader.typeName(type).equals(name)) {
                return type;
            }
        }
        throw new Unwritable("type '" + name + "': must be OPEN, UPDATE, NOTIFICATION, KEEPALIVE or ROUTE-REFRESH");
    }

    private static void notification(JsonNode node, ByteBuf out) {
        int code = node.path("code").asInt(-1);
        int subcode = node.path("subcode").asInt(0);
        if (code < 0 || code > 255 || subcode < 0 || subcode > 255) {
            throw new Unwritable("notification: must have a code and a subcode of 0 to 255");
        }
        out.writeByte(code).writeByte(subcode);
        if (node.has("data")) {
            out.writeBytes(hex(node.path("data"), "data"));
        } else if (node.has("text")) {
            out.writeBytes(Notification.cease(subcode, node.path("text").asString(""))
                    .data()
                    .toArray());
        }
    }

    private static void update(JsonNode node, UpdateOptions options, ByteBuf out) {
        var attributes = new ArrayList<JsonNode>();
        node.path("attributes").forEach(attributes::add);
        var nlri = left(node.path("nlri"), attributes, "nlri");
        var withdrawn = left(node.path("withdrawn"), attributes, "withdrawn");
        var v6Withdrawn = v6(withdrawn, "withdrawn");
        var v6 = v6(nlri, "nlri");
        var v4 = AddressFamily.IPV4_UNICAST;
        boolean ids = options.addPath().contains(v4);
        int withdrawnAt = out.writerIndex();
        out.writeShort(0);
        PrefixJson.write(withdrawn, v4, ids, out, "withdrawn");
        out.setShort(withdrawnAt, field(out, withdrawnAt));
        int attributesAt = out.writerIndex();
        out.writeShort(0);
        if (!v6Withdrawn.isEmpty()) {
            multiprotocol(AttributeType.MP_UNREACH_NLRI, List.of(), v6Withdrawn, options, out);
        }
        for (var attribute : attributes) {
            boolean nextHop = AttributeOctets.type(attribute) == AttributeType.NEXT_HOP;
            if (nextHop && !v6.isEmpty()) {
                var value = attribute.path("value");
                multiprotocol(AttributeType.MP_REACH_NLRI, value.isArray() ? value : List.of(value), v6, options, out);
            } else {
                AttributeOctets.write(attribute, options, out);
            }
        }
        out.setShort(attributesAt, field(out, attributesAt));
        PrefixJson.write(nlri, v4, ids, out, "nlri");
    }

    private static int field(ByteBuf out, int lengthAt) {
        int length = out.writerIndex() - lengthAt - 2;
        if (length > 0xFFFF) {
            throw new Unwritable("a field of " + length + " octets: must be at most 65535");
        }
        return length;
    }

    /** The prefixes that are not those of multiprotocol attributes, which come last if at all. */
    private static List<JsonNode> left(JsonNode all, List<JsonNode> attributes, String key) {
        var left = new ArrayList<JsonNode>();
        all.forEach(left::add);
        var inAttributes = new ArrayList<JsonNode>();
        attributes.forEach(attribute -> attribute.path("value").path(key).forEach(inAttributes::add));
        int from = left.size() - inAttributes.size();
        boolean repeated = from >= 0 && left.subList(from, left.size()).equals(inAttributes);
        return repeated ? left.subList(0, from) : left;
    }

    /** Takes the IPv6 prefixes out of the list. */
    private static List<JsonNode> v6(List<JsonNode> prefixes, String key) {
        var v6 = prefixes.stream()
                .filter(prefix -> PrefixJson.family(List.of(prefix), key) == AddressFamily.IPV6_UNICAST)
                .toList();
        prefixes.removeAll(v6);
        return v6;
    }

    private static void multiprotocol(
            int type, Iterable<JsonNode> nextHop, List<JsonNode> prefixes, UpdateOptions options, ByteBuf out) {
        var family = AddressFamily.IPV6_UNICAST;
        var value = Unpooled.buffer();
        if (type == AttributeType.MP_REACH_NLRI) {
            AttributeOctets.reach(family, nextHop, prefixes, options, value);
        } else {
            value.writeShort(family.afi()).writeByte(family.safi());
            PrefixJson.write(prefixes, family, options.addPath().contains(family), value, "withdrawn");
        }
        AttributeOctets.header(AttributeType.OPTIONAL, type, value.readableBytes(), out);
        out.writeBytes(value);
    }

    /** Hex digits, with or without spaces, colons and 0x. */
    static byte[] hex(JsonNode text, String key) {
        try {
            return HexText.octets(text.asString(""));
        } catch (IllegalArgumentException wrong) {
            throw new Unwritable(key + ": " + wrong.getMessage());
        }
    }

    private MessageWriter() {}
}
