package ecmplab.packet;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Writes a capture file with interface names and packet comments (pcapng, draft-ietf-opsawg-pcapng). Blocks of a packet
 * appear whole or not at all; a file cut short after any block is readable. Not for use by several threads at once.
 */
public final class PcapngWriter implements AutoCloseable {
    /** From where a frame went, as the capturing process sees it. */
    public enum Direction {
        INBOUND(1),
        OUTBOUND(2);

        private final int flags;

        Direction(int flags) {
            this.flags = flags;
        }
    }

    private static final int SECTION_HEADER = 0x0A0D_0D0A;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B_3C4D;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final short LINKTYPE_ETHERNET = 1;

    private static final short OPTION_END = 0;
    private static final short OPTION_COMMENT = 1;
    private static final short SECTION_APPLICATION = 4;
    private static final short INTERFACE_NAME = 2;
    private static final short INTERFACE_RESOLUTION = 9;
    private static final short PACKET_FLAGS = 2;
    /** Timestamps in units of 10^-9 s. */
    private static final byte NANOSECONDS = 9;

    private static final int MAX_COMMENT = 1024;
    private static final int MAX_FRAME = 0x1_0000 + Ethernet.LENGTH;

    private final OutputStream out;
    private final ByteBuffer block =
            ByteBuffer.allocate(MAX_FRAME + 2 * MAX_COMMENT).order(ByteOrder.LITTLE_ENDIAN);
    private int interfaces;

    /** Starts a section. The stream is closed with this writer. */
    public PcapngWriter(OutputStream out, String application) throws IOException {
        this.out = out;
        begin(SECTION_HEADER);
        block.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
        option(SECTION_APPLICATION, truncated(application));
        option(OPTION_END, new byte[0]);
        end();
    }

    /** Describes an interface; its number is for {@link #write}. */
    public int addInterface(String name) throws IOException {
        begin(INTERFACE_DESCRIPTION);
        block.putShort(LINKTYPE_ETHERNET).putShort((short) 0).putInt(0);
        option(INTERFACE_NAME, truncated(name));
        option(INTERFACE_RESOLUTION, new byte[] {NANOSECONDS});
        option(OPTION_END, new byte[0]);
        end();
        return interfaces++;
    }

    /**
     * Writes a frame of {@code length} octets, of which it keeps at most 65550.
     *
     * @param comment what to show beside it, at most 1024 octets of UTF-8, or null
     */
    public void write(
            int interfaceNumber,
            Instant when,
            Direction direction,
            MemorySegment memory,
            long offset,
            int length,
            @Nullable String comment)
            throws IOException {
        write(interfaceNumber, when, direction, memory, offset, length, length, comment);
    }

    /** As above, of a frame of which only {@code length} of {@code wholeLength} octets are there. */
    public void write(
            int interfaceNumber,
            Instant when,
            Direction direction,
            MemorySegment memory,
            long offset,
            int length,
            int wholeLength,
            @Nullable String comment)
            throws IOException {
        if (interfaceNumber < 0 || interfaceNumber >= interfaces) {
            throw new IllegalArgumentException("interface " + interfaceNumber + ": only " + interfaces + " described");
        }
        int kept = Math.min(length, MAX_FRAME);
        long nanos = Math.addExact(Math.multiplyExact(when.getEpochSecond(), 1_000_000_000L), when.getNano());
        begin(ENHANCED_PACKET);
        block.putInt(interfaceNumber).putInt((int) (nanos >>> 32)).putInt((int) nanos);
        block.putInt(kept).putInt(wholeLength);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, block.array(), block.position(), kept);
        block.position(block.position() + kept);
        pad();
        option(PACKET_FLAGS, new byte[] {(byte) direction.flags, 0, 0, 0});
        if (comment != null) {
            option(OPTION_COMMENT, truncated(comment));
        }
        option(OPTION_END, new byte[0]);
        end();
    }

    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void begin(int type) {
        block.clear().putInt(type).putInt(0);
    }

    private void end() throws IOException {
        int length = block.position() + 4;
        block.putInt(length).putInt(4, length);
        out.write(block.array(), 0, length);
    }

    private void option(short code, byte[] value) {
        block.putShort(code).putShort((short) value.length).put(value);
        pad();
    }

    private void pad() {
        while ((block.position() & 3) != 0) {
            block.put((byte) 0);
        }
    }

    /** UTF-8, cut between characters. */
    private static byte[] truncated(String text) {
        var octets = text.getBytes(UTF_8);
        if (octets.length <= MAX_COMMENT) {
            return octets;
        }
        int end = MAX_COMMENT;
        while ((octets[end] & 0xC0) == 0x80) {
            end--;
        }
        return java.util.Arrays.copyOf(octets, end);
    }
}
