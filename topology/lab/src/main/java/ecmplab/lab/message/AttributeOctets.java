package ecmplab.lab.message;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.PathAttribute.Origin;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.Locale;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** A path attribute from the JSON of {@link AttributeJson}: type or name, flags if not the usual, value or hex. */
final class AttributeOctets {
    static void write(JsonNode attribute, UpdateOptions options, ByteBuf out) {
        int type = type(attribute);
        var value = Unpooled.buffer();
        if (attribute.has("hex")) {
            value.writeBytes(MessageWriter.hex(attribute.path("hex"), "hex"));
        } else if (attribute.has("value")) {
            value(type, attribute.path("value"), options, value);
        } else {
            throw new Unwritable(AttributeType.name(type) + ": must have a value, or hex");
        }
        header(flags(attribute, type), type, value.readableBytes(), out);
        out.writeBytes(value);
    }

    static void header(int flags, int type, int size, ByteBuf out) {
        if (size > 0xFFFF) {
            throw new Unwritable(AttributeType.name(type) + " of " + size + " octets: must be at most 65535");
        }
        boolean extended = size > 255 || (flags & AttributeType.EXTENDED_LENGTH) != 0;
        out.writeByte(extended ? flags | AttributeType.EXTENDED_LENGTH : flags).writeByte(type);
        if (extended) {
            out.writeShort(size);
        } else {
            out.writeByte(size);
        }
    }

    static int type(JsonNode attribute) {
        if (attribute.path("type").isIntegralNumber()) {
            return attribute.path("type").asInt() & 0xFF;
        }
        var name = attribute.path("name").asString("").toUpperCase(Locale.ROOT);
        return IntStream.range(0, 256)
                .filter(type -> AttributeType.name(type).equals(name))
                .findFirst()
                .orElseThrow(() -> new Unwritable("attributes: '" + name + "' is no attribute"));
    }

    private static int flags(JsonNode attribute, int type) {
        var flags = attribute.path("flags");
        if (flags.isIntegralNumber()) {
            return flags.asInt() & 0xFF;
        }
        if (flags.isString()) {
            var octet = MessageWriter.hex(flags, "flags");
            if (octet.length != 1) {
                throw new Unwritable("flags " + flags + ": must be one octet");
            }
            return octet[0] & 0xFF;
        }
        return AttributeType.isKnown(type)
                ? AttributeType.usualFlags(type)
                : AttributeType.OPTIONAL | AttributeType.TRANSITIVE;
    }

    private static void value(int type, JsonNode value, UpdateOptions options, ByteBuf out) {
        boolean wide = options.fourOctetAs();
        switch (type) {
            case AttributeType.ORIGIN -> out.writeByte(origin(value).ordinal());
            case AttributeType.AS_PATH -> PathText.write(value.asString(""), wide ? 4 : 2, out);
            case AttributeType.AS4_PATH -> PathText.write(value.asString(""), 4, out);
            case AttributeType.NEXT_HOP -> out.writeBytes(address(value));
            case AttributeType.MULTI_EXIT_DISC, AttributeType.LOCAL_PREF, AttributeType.ONLY_TO_CUSTOMER ->
                out.writeInt(number(value));
            case AttributeType.ATOMIC_AGGREGATE -> {}
            case AttributeType.AGGREGATOR -> aggregator(value, wide, out);
            case AttributeType.AS4_AGGREGATOR -> aggregator(value, true, out);
            case AttributeType.ORIGINATOR_ID -> out.writeInt(id(value));
            case AttributeType.COMMUNITIES -> value.forEach(community -> numbers(community, 2, out));
            case AttributeType.CLUSTER_LIST -> value.forEach(id -> out.writeInt(id(id)));
            case AttributeType.EXTENDED_COMMUNITIES ->
                value.forEach(community -> out.writeBytes(MessageWriter.hex(community, "extended community")));
            case AttributeType.LARGE_COMMUNITIES -> value.forEach(community -> numbers(community, 3, out));
            case AttributeType.MP_REACH_NLRI -> reach(value, options, out);
            case AttributeType.MP_UNREACH_NLRI -> {
                var family = family(value);
                out.writeShort(family.afi()).writeByte(family.safi());
                PrefixJson.write(
                        value.path("withdrawn"), family, options.addPath().contains(family), out, "withdrawn");
            }
            default -> throw new Unwritable(AttributeType.name(type) + ": must be given as hex");
        }
    }

    private static void reach(JsonNode value, UpdateOptions options, ByteBuf out) {
        var family = family(value);
        reach(family, value.path("nextHop"), value.path("nlri"), options, out);
    }

    static void reach(
            AddressFamily family,
            Iterable<JsonNode> nextHops,
            Iterable<JsonNode> prefixes,
            UpdateOptions options,
            ByteBuf out) {
        out.writeShort(family.afi()).writeByte(family.safi());
        int lengthAt = out.writerIndex();
        out.writeByte(0);
        nextHops.forEach(hop -> out.writeBytes(address(hop)));
        out.setByte(lengthAt, out.writerIndex() - lengthAt - 1);
        out.writeByte(0);
        PrefixJson.write(prefixes, family, options.addPath().contains(family), out, "nlri");
    }

    private static AddressFamily family(JsonNode value) {
        for (var family : AddressFamily.values()) {
            if (value.path("afi").asInt(0) == family.afi() && value.path("safi").asInt(1) == family.safi()) {
                return family;
            }
        }
        throw new Unwritable("afi " + value.path("afi") + " safi " + value.path("safi") + ": must be 1 or 2, and 1");
    }

    private static Origin origin(JsonNode value) {
        try {
            return Origin.valueOf(value.asString("").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException wrong) {
            throw new Unwritable("ORIGIN " + value + ": must be IGP, EGP or INCOMPLETE");
        }
    }

    private static void aggregator(JsonNode value, boolean wide, ByteBuf out) {
        var asn = new Asn(number(value.path("as")));
        if (wide) {
            out.writeInt(asn.bits());
        } else {
            out.writeShort((asn.fitsTwoOctets() ? asn : Asn.TRANS).bits());
        }
        out.writeInt(id(value.path("id")));
    }

    private static int id(JsonNode value) {
        try {
            return RouterId.parse(value.asString("")).bits();
        } catch (IllegalArgumentException wrong) {
            throw new Unwritable(String.valueOf(wrong.getMessage()));
        }
    }

    private static int number(JsonNode value) {
        if (!value.isIntegralNumber() || value.asLong() < 0 || value.asLong() > 0xFFFF_FFFFL) {
            throw new Unwritable(value + ": must be a number of 0 to 4294967295");
        }
        return (int) value.asLong();
    }

    /** {@code 65001:100} in 16 bits each, {@code 1:2:3} in 32. */
    private static void numbers(JsonNode value, int count, ByteBuf out) {
        var parts = value.asString("").split(":", -1);
        long most = count == 2 ? 0xFFFF : 0xFFFF_FFFFL;
        if (parts.length != count) {
            throw new Unwritable("community " + value + ": must be " + count + " numbers with colons between");
        }
        for (var part : parts) {
            long number;
            try {
                number = Long.parseLong(part);
            } catch (NumberFormatException notANumber) {
                number = -1;
            }
            if (number < 0 || number > most) {
                throw new Unwritable("community " + value + ": '" + part + "' is not 0 to " + most);
            }
            if (count == 2) {
                out.writeShort((int) number);
            } else {
                out.writeInt((int) number);
            }
        }
    }

    private static byte[] address(JsonNode value) {
        var text = value.asString("");
        try {
            if (text.indexOf(':') >= 0) {
                var prefix = Prefix.parse(text);
                var octets = new byte[16];
                for (int i = 0; i < 16; i++) {
                    octets[i] = (byte) ((i < 8 ? prefix.high() : prefix.low()) >>> (56 - 8 * (i & 7)));
                }
                return octets;
            }
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException wrong) {
            throw new Unwritable("address '" + text + "': must be such as 192.0.2.1 or 2001:db8::1");
        }
    }

    private AttributeOctets() {}
}
