package ecmplab.bgp.mrt;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.Update;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a path in a table dump, which are those of an UPDATE with four-octet AS numbers, but of MP_REACH_NLRI only the
 * next hop with its length (RFC 6396 section 4.3.4). Some write the whole attribute; both are read.
 */
public final class TablePaths {
    private static final int NEXT_HOP_AT = 4;

    /** By ebgp and add-path. */
    private final UpdateDecoder[] decoders = new UpdateDecoder[4];

    /** Holds scratch memory for {@link #read}; for one thread. */
    public TablePaths() {
        for (int i = 0; i < decoders.length; i++) {
            decoders[i] = new UpdateDecoder(options((i & 1) != 0, (i & 2) != 0));
        }
    }

    /** How {@link #message} reads. */
    public static UpdateOptions options(boolean addPath, boolean ebgp) {
        var families = EnumSet.allOf(AddressFamily.class);
        return UpdateOptions.of(ebgp, true, families)
                .withMaxMessageSize(Framing.EXTENDED_MESSAGE)
                .withExtendedNextHop(families)
                .withAddPath(addPath ? families : EnumSet.noneOf(AddressFamily.class));
    }

    /** Whether the path came from another AS: it has no LOCAL_PREF. */
    public static boolean isExternal(MrtRecord.Path path) {
        return !has(path.attributes().toArray(), AttributeType.LOCAL_PREF);
    }

    /** What the path says, with the faults in it. Null when no message can hold it. */
    public @Nullable Update read(MrtRecord.TableEntry entry, MrtRecord.Path path) {
        var message = message(entry.prefix(), entry.addPath(), path);
        if (message == null) {
            return null;
        }
        return Update.decode(decoders[(entry.addPath() ? 1 : 0) | (isExternal(path) ? 2 : 0)], message);
    }

    /** The UPDATE that announces the path, valid if the attributes are. Null when it would be longer than a message can be. */
    public static byte @Nullable [] message(Prefix prefix, boolean addPath, MrtRecord.Path path) {
        var attributes = path.attributes().toArray();
        boolean inReach = has(attributes, AttributeType.MP_REACH_NLRI);
        var out = Unpooled.buffer();
        Framing.writeHeader(out, 0, Framing.UPDATE).writeShort(0).writeShort(0);
        int from = out.writerIndex();
        for (int at = 0; at < attributes.length; ) {
            int next = next(attributes, at);
            if (next < 0) {
                out.writeBytes(attributes, at, attributes.length - at);
                break;
            }
            if ((attributes[at + 1] & 0xFF) == AttributeType.MP_REACH_NLRI) {
                reach(attributes, at, next, prefix, addPath, path.pathId(), out);
            } else {
                // BIRD dumps some attributes without their flags.
                int type = attributes[at + 1] & 0xFF;
                int kept = attributes[at] & (AttributeType.EXTENDED_LENGTH | AttributeType.PARTIAL);
                out.writeByte(AttributeType.isKnown(type) ? AttributeType.usualFlags(type) | kept : attributes[at]);
                out.writeBytes(attributes, at + 1, next - at - 1);
            }
            at = next;
        }
        out.setShort(from - 2, out.writerIndex() - from);
        if (!inReach) {
            nlri(prefix, addPath, path.pathId(), out);
        }
        if (out.readableBytes() > Framing.EXTENDED_MESSAGE) {
            return null;
        }
        out.setShort(16, out.readableBytes());
        return ByteBufUtil.getBytes(out);
    }

    private static void reach(
            byte[] attributes, int at, int next, Prefix prefix, boolean addPath, int pathId, ByteBuf out) {
        int value = at + header(attributes, at);
        boolean whole = value < next && attributes[value] == 0;
        int lengthAt = whole ? value + NEXT_HOP_AT - 1 : value;
        int size = lengthAt < next ? attributes[lengthAt] & 0xFF : 0;
        size = Math.min(size, Math.max(0, next - lengthAt - 1));
        out.writeByte(AttributeType.OPTIONAL | AttributeType.EXTENDED_LENGTH).writeByte(AttributeType.MP_REACH_NLRI);
        int sizeAt = out.writerIndex();
        out.writeShort(0)
                .writeShort(prefix.family().afi())
                .writeByte(prefix.family().safi());
        out.writeByte(size)
                .writeBytes(attributes, Math.min(lengthAt + 1, next), size)
                .writeByte(0);
        nlri(prefix, addPath, pathId, out);
        out.setShort(sizeAt, out.writerIndex() - sizeAt - 2);
    }

    private static void nlri(Prefix prefix, boolean addPath, int pathId, ByteBuf out) {
        if (addPath) {
            out.writeInt(pathId);
        }
        out.writeByte(prefix.length());
        for (int i = 0; i < (prefix.length() + 7) >>> 3; i++) {
            out.writeByte((int) ((i < 8 ? prefix.high() : prefix.low()) >>> (56 - 8 * (i & 7))));
        }
    }

    /** The attributes for a table dump, from an attribute block (see {@link ecmplab.bgp.rib.RouteBatch}) of a route of the family. */
    public static Octets ofBlock(AddressFamily family, Octets block) {
        var octets = block.toArray();
        var out = Unpooled.buffer();
        int nextHopAt = -1;
        int nextHopSize = 0;
        for (int at = 0; at < octets.length; ) {
            int next = next(octets, at);
            if (next < 0) {
                throw new IllegalArgumentException("no attribute block: " + block);
            }
            int value = at + header(octets, at);
            boolean nextHop = (octets[at + 1] & 0xFF) == AttributeType.NEXT_HOP;
            if (nextHop && !(family == AddressFamily.IPV4_UNICAST && next - value == 4)) {
                nextHopAt = value;
                nextHopSize = next - value;
            } else {
                out.writeBytes(octets, at, next - at);
            }
            at = next;
        }
        if (nextHopAt >= 0) {
            out.writeByte(AttributeType.OPTIONAL)
                    .writeByte(AttributeType.MP_REACH_NLRI)
                    .writeByte(nextHopSize + 1)
                    .writeByte(nextHopSize)
                    .writeBytes(octets, nextHopAt, nextHopSize);
        }
        return Octets.of(ByteBufUtil.getBytes(out));
    }

    private static boolean has(byte[] attributes, int type) {
        for (int at = 0; at >= 0 && at < attributes.length; at = next(attributes, at)) {
            if (at + 1 < attributes.length && (attributes[at + 1] & 0xFF) == type) {
                return true;
            }
        }
        return false;
    }

    private static int header(byte[] attributes, int at) {
        return (attributes[at] & AttributeType.EXTENDED_LENGTH) != 0 ? 4 : 3;
    }

    /** Where the attribute after the one at {@code at} begins; -1 when that one runs past the end. */
    private static int next(byte[] attributes, int at) {
        int header = header(attributes, at);
        if (attributes.length - at < header) {
            return -1;
        }
        int size = header == 4 ? BigEndian.uint16(attributes, at + 2) : attributes[at + 2] & 0xFF;
        return size > attributes.length - at - header ? -1 : at + header + size;
    }
}
