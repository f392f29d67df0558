package ecmplab.lab.message;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.ExtendedCommunity;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.control.Json;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A path attribute as {@code {"type": 1, "name": "ORIGIN", "flags": "0x40", "value": "IGP"}}. What does not have the form of its type,
 * or has a type that we do not read, has {@code "hex"} in place of the value.
 */
final class AttributeJson {
    /** @param value the octets behind the header */
    static ObjectNode read(int flags, int type, byte[] value, UpdateOptions options) {
        var node = Json.MAPPER.createObjectNode();
        node.put("type", type).put("name", AttributeType.name(type)).put("flags", String.format("0x%02x", flags));
        var read = value(type, value, options);
        if (read == null) {
            node.put("hex", HexFormat.of().formatHex(value));
        } else {
            node.set("value", read);
        }
        if (type == AttributeType.EXTENDED_COMMUNITIES && read != null) {
            var text = node.putArray("text");
            for (int at = 0; at < value.length; at += 8) {
                text.add(ExtendedCommunity.of(BigEndian.int64(value, at)).toString());
            }
        }
        return node;
    }

    private static @Nullable JsonNode value(int type, byte[] value, UpdateOptions options) {
        boolean wide = options.fourOctetAs();
        var json = Json.MAPPER;
        int length = value.length;
        return switch (type) {
            case AttributeType.ORIGIN ->
                length == 1 && value[0] >= 0 && value[0] <= 2
                        ? json.valueToTree(Origin.values()[value[0]].name())
                        : null;
            case AttributeType.AS_PATH -> PathText.read(value, wide ? 4 : 2);
            case AttributeType.AS4_PATH -> PathText.read(value, 4);
            case AttributeType.NEXT_HOP -> length == 4 ? json.valueToTree(address(value)) : null;
            case AttributeType.MULTI_EXIT_DISC, AttributeType.LOCAL_PREF, AttributeType.ONLY_TO_CUSTOMER ->
                length == 4 ? json.valueToTree(unsigned(value, 0)) : null;
            case AttributeType.ATOMIC_AGGREGATE -> length == 0 ? json.valueToTree(true) : null;
            case AttributeType.AGGREGATOR -> aggregator(value, wide ? 4 : 2);
            case AttributeType.AS4_AGGREGATOR -> aggregator(value, 4);
            case AttributeType.ORIGINATOR_ID -> length == 4 ? json.valueToTree(id(value, 0)) : null;
            case AttributeType.COMMUNITIES -> list(value, 4, AttributeJson::community);
            case AttributeType.CLUSTER_LIST -> list(value, 4, AttributeJson::id);
            case AttributeType.EXTENDED_COMMUNITIES ->
                list(value, 8, (octets, at) -> HexFormat.of().formatHex(octets, at, at + 8));
            case AttributeType.LARGE_COMMUNITIES ->
                list(
                        value,
                        12,
                        (octets, at) ->
                                unsigned(octets, at) + ":" + unsigned(octets, at + 4) + ":" + unsigned(octets, at + 8));
            case AttributeType.MP_REACH_NLRI -> reach(value, options);
            case AttributeType.MP_UNREACH_NLRI -> unreach(value, options);
            default -> null;
        };
    }

    private interface Element {
        String text(byte[] octets, int at);
    }

    private static @Nullable JsonNode list(byte[] value, int size, Element element) {
        if (value.length == 0 || value.length % size != 0) {
            return null;
        }
        var list = Json.MAPPER.createArrayNode();
        for (int at = 0; at < value.length; at += size) {
            list.add(element.text(value, at));
        }
        return list;
    }

    private static String community(byte[] octets, int at) {
        return BigEndian.uint16(octets, at) + ":" + BigEndian.uint16(octets, at + 2);
    }

    private static String id(byte[] octets, int at) {
        return new RouterId(BigEndian.int32(octets, at)).toString();
    }

    private static long unsigned(byte[] octets, int at) {
        return Integer.toUnsignedLong(BigEndian.int32(octets, at));
    }

    private static @Nullable JsonNode aggregator(byte[] value, int width) {
        if (value.length != width + 4) {
            return null;
        }
        return Json.MAPPER
                .createObjectNode()
                .put("as", width == 4 ? unsigned(value, 0) : BigEndian.uint16(value, 0))
                .put("id", id(value, width));
    }

    /** The family that the three octets name, or null. */
    static @Nullable AddressFamily family(byte[] value) {
        for (var family : AddressFamily.values()) {
            if (value.length >= 3 && BigEndian.uint16(value, 0) == family.afi() && (value[2] & 0xFF) == family.safi()) {
                return family;
            }
        }
        return null;
    }

    private static @Nullable JsonNode reach(byte[] value, UpdateOptions options) {
        var family = family(value);
        int size = value.length < 5 ? 0 : value[3] & 0xFF;
        if (family == null
                || !(size == 4 || size == 16 || size == 32)
                || 5 + size > value.length
                || value[4 + size] != 0) {
            return null;
        }
        var prefixes = PrefixJson.read(
                value, 5 + size, value.length, family, options.addPath().contains(family));
        if (prefixes == null) {
            return null;
        }
        var node = Json.MAPPER.createObjectNode().put("afi", family.afi()).put("safi", family.safi());
        var hops = node.putArray("nextHop");
        for (int at = 4; at < 4 + size; at += 16) {
            hops.add(address(Arrays.copyOfRange(value, at, at + Math.min(size, 16))));
        }
        node.set("nlri", prefixes);
        return node;
    }

    private static @Nullable JsonNode unreach(byte[] value, UpdateOptions options) {
        var family = family(value);
        var prefixes = family == null
                ? null
                : PrefixJson.read(
                        value, 3, value.length, family, options.addPath().contains(family));
        if (family == null || prefixes == null) {
            return null;
        }
        var node = Json.MAPPER.createObjectNode().put("afi", family.afi()).put("safi", family.safi());
        node.set("withdrawn", prefixes);
        return node;
    }

    private static String address(byte[] octets) {
        try {
            return octets.length == 16
                    ? Prefix.v6(BigEndian.int64(octets, 0), BigEndian.int64(octets, 8), 128)
                            .toString()
                            .replace("/128", "")
                    : InetAddress.getByAddress(octets).getHostAddress();
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private AttributeJson() {}
}
