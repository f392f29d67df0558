package ecmplab.packet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads capture files packet by packet: pcap (draft-ietf-opsawg-pcap), of either byte order and resolution, and pcapng
 * (draft-ietf-opsawg-pcapng). Holds one block in memory; a file that is cut short ends with {@link Damaged}.
 */
public final class CaptureReader {
    /** What a file has, in order. */
    public sealed interface Item {}

    /**
     * @param linkType what the octets begin with, a LINKTYPE number such as 1 for Ethernet
     * @param octets as much of the packet as was kept
     */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    public record Packet(Instant at, int linkType, byte[] octets) implements Item {}

    /** The file cannot be read on. */
    public record Damaged(String reason) implements Item {}

    private static final int MICROSECONDS = 0xA1B2_C3D4;
    private static final int NANOSECONDS = 0xA1B2_3C4D;
    private static final int SECTION_HEADER = 0x0A0D_0D0A;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B_3C4D;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int SIMPLE_PACKET = 3;
    private static final int ENHANCED_PACKET = 6;
    private static final int OPTION_RESOLUTION = 9;

    /** Octets of a block or packet that are believed. */
    private static final int LONGEST = 16 << 20;

    private static final int BLOCK_FRAME = 12;
    /** Seconds since 1970 that are believed: the year 2514. */
    private static final long LATEST = 1L << 34;

    private final InputStream in;
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
    private boolean started;
    private boolean ended;
    private boolean blocks;
    private boolean nanoseconds;
    private int linkType;
    /** Of a pcapng section, by number. */
    private final List<Interface> interfaces = new ArrayList<>();

    private record Interface(int linkType, long unitsPerSecond) {}

    /** @param in the caller closes it */
    public CaptureReader(InputStream in) {
        this.in = in;
    }

    /** Whether a file that begins with these octets is a capture. */
    public static boolean isCapture(byte[] start) {
        if (start.length < 4) {
            return false;
        }
        int magic = ByteBuffer.wrap(start).getInt();
        return magic == SECTION_HEADER || isPcap(magic) || isPcap(Integer.reverseBytes(magic));
    }

    private static boolean isPcap(int magic) {
        return magic == MICROSECONDS || magic == NANOSECONDS;
    }

    /** The next packet, or null at the end. */
    public @Nullable Item read() throws IOException {
        try {
            if (!started) {
                started = true;
                var fault = start();
                if (fault != null) {
                    return end(fault);
                }
            }
            while (!ended) {
                var item = blocks ? block() : packet();
                if (item != null) {
                    return item;
                }
            }
            return null;
        } catch (BufferUnderflowException cut) {
            return end("a block is too short for its fields");
        }
    }

    private Damaged end(String reason) {
        ended = true;
        return new Damaged(reason);
    }

    private @Nullable String start() throws IOException {
        var magic = next(4);
        if (magic == null) {
            return "no capture file: it is empty";
        }
        if (magic.remaining() < 4) {
            return "no capture file: it has " + magic.remaining() + " octets";
        }
        int big = magic.order(ByteOrder.BIG_ENDIAN).getInt(0);
        if (big == SECTION_HEADER) {
            blocks = true;
            return section();
        }
        order = isPcap(big) ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        int inOrder = order == ByteOrder.BIG_ENDIAN ? big : Integer.reverseBytes(big);
        if (!isPcap(inOrder)) {
            return "no capture file: it begins with 0x" + Integer.toHexString(big);
        }
        nanoseconds = inOrder == NANOSECONDS;
        var header = next(20);
        if (header == null || header.remaining() < 20) {
            return "the file ends in its header";
        }
        linkType = header.getInt(16) & 0xFFFF;
        return null;
    }

    private @Nullable Item packet() throws IOException {
        var header = next(16);
        if (header == null) {
            ended = true;
            return null;
        }
        if (header.remaining() < 16) {
            return end("the file ends in a packet's header");
        }
        long seconds = Integer.toUnsignedLong(header.getInt());
        long fraction = Integer.toUnsignedLong(header.getInt());
        int length = header.getInt();
        var octets = length < 0 || length > LONGEST ? null : next(length);
        if (octets == null || octets.remaining() < length) {
            return end("a packet of " + Integer.toUnsignedString(length) + " octets runs past the file");
        }
        return new Packet(
                Instant.ofEpochSecond(seconds, nanoseconds ? fraction : 1000 * fraction),
                linkType,
                octets(octets, length));
    }

    /** The rest of a section header, behind its type. */
    private @Nullable String section() throws IOException {
        var start = next(8);
        if (start == null || start.remaining() < 8) {
            return "the file ends in a section header";
        }
        order = start.order(ByteOrder.BIG_ENDIAN).getInt(4) == BYTE_ORDER_MAGIC
                ? ByteOrder.BIG_ENDIAN
                : ByteOrder.LITTLE_ENDIAN;
        int length = start.order(order).getInt(0);
        if (start.getInt(4) != BYTE_ORDER_MAGIC || length < 28 || length > LONGEST || length % 4 != 0) {
            return "a section header of " + Integer.toUnsignedString(length) + " octets";
        }
        interfaces.clear();
        var rest = next(length - BLOCK_FRAME);
        return rest == null || rest.remaining() < length - BLOCK_FRAME ? "the file ends in a section header" : null;
    }

    private @Nullable Item block() throws IOException {
        var type = next(4);
        if (type == null) {
            ended = true;
            return null;
        }
        if (type.remaining() == 4 && type.getInt(0) == SECTION_HEADER) {
            var fault = section();
            return fault == null ? null : end(fault);
        }
        var size = next(4);
        int length = size == null || size.remaining() < 4 || type.remaining() < 4 ? 0 : size.getInt();
        var body = length < BLOCK_FRAME || length > LONGEST || length % 4 != 0 ? null : next(length - 8);
        if (body == null || body.remaining() < length - 8) {
            return end("a block of " + Integer.toUnsignedString(length) + " octets runs past the file");
        }
        body.limit(length - BLOCK_FRAME);
        return switch (type.getInt(0)) {
            case INTERFACE_DESCRIPTION -> {
                describe(body);
                yield null;
            }
            case ENHANCED_PACKET -> enhanced(body);
            case SIMPLE_PACKET ->
                interfaces.isEmpty()
                        ? end("a packet before any interface")
                        : new Packet(
                                Instant.EPOCH,
                                interfaces.getFirst().linkType(),
                                octets(skip(body, 4), body.remaining()));
            default -> null;
        };
    }

    private void describe(ByteBuffer body) {
        int type = body.getShort() & 0xFFFF;
        skip(body, 6);
        long units = 1_000_000;
        while (body.remaining() >= 4) {
            int code = body.getShort() & 0xFFFF;
            int length = body.getShort() & 0xFFFF;
            if (code == 0 || length > body.remaining()) {
                break;
            }
            if (code == OPTION_RESOLUTION && length == 1) {
                int exponent = body.get(body.position());
                units = exponent >= 0
                        ? (long) Math.pow(10, Math.min(exponent, 18))
                        : 1L << Math.min(exponent & 0x7F, 62);
            }
            body.position(Math.min(body.limit(), body.position() + ((length + 3) & ~3)));
        }
        interfaces.add(new Interface(type, units));
    }

    private Item enhanced(ByteBuffer body) {
        int number = body.getInt();
        long time = (long) body.getInt() << 32 | Integer.toUnsignedLong(body.getInt());
        int length = body.getInt();
        body.getInt();
        if (number < 0 || number >= interfaces.size()) {
            return end("a packet of interface " + number + ", of " + interfaces.size() + " described");
        }
        if (length < 0 || length > body.remaining()) {
            return end("a packet of " + Integer.toUnsignedString(length) + " octets in a block of " + body.limit());
        }
        var from = interfaces.get(number);
        long seconds = Long.divideUnsigned(time, from.unitsPerSecond());
        double fraction = (double) Long.remainderUnsigned(time, from.unitsPerSecond()) / from.unitsPerSecond();
        return new Packet(
                Instant.ofEpochSecond(latest(seconds), Math.round(fraction * 1e9)),
                from.linkType(),
                octets(body, length));
    }

    /** @param seconds unsigned; a file may say what no clock says */
    private static long latest(long seconds) {
        return Long.compareUnsigned(seconds, LATEST) < 0 ? seconds : LATEST;
    }

    private static ByteBuffer skip(ByteBuffer body, int count) {
        if (count > body.remaining()) {
            throw new BufferUnderflowException();
        }
        return body.position(body.position() + count);
    }

    private static byte[] octets(ByteBuffer body, int length) {
        var octets = new byte[length];
        body.get(octets);
        return octets;
    }

    /** Up to {@code count} octets; null at the end of the file. */
    private @Nullable ByteBuffer next(int count) throws IOException {
        var octets = in.readNBytes(count);
        return octets.length == 0 && count > 0 ? null : ByteBuffer.wrap(octets).order(order);
    }
}
