package ecmplab.mux.table;

import ecmplab.packet.MacAddress;

/**
 * What a MUX tells the host about a frame, carried in the inner Ethernet source address, which the MUX makes up anyway:
 *
 * <pre>
 *   0                 1                 2        3        4                 5
 *   +--------+--------+--------+--------+--------+--------+
 *   |   02   |  mux   |    generation   | hop|flg|  slot  |
 *   +--------+--------+--------+--------+--------+--------+
 * </pre>
 *
 * The first octet makes it a locally administered unicast address, so kernels, switches and captures take it for what it is,
 * and VXLAN's reserved bits stay zero (RFC 7348 section 5).
 *
 * @param mux number of the MUX, 0 to 255
 * @param generation the active generation of the MUX when it sent the frame, 1 to 65535; the member may be an older one's when
 *     {@link #FROM_FLOW_TABLE} is set
 * @param hop how many hosts have passed the frame on (second chance), 0 to 15
 * @param flags {@link #FROM_FLOW_TABLE} from a MUX, {@link #NEWER_PART} and {@link #ADOPT} from hosts that pass frames on
 * @param slot low eight bits of the flow's slot in that generation
 */
public record FrameTag(int mux, int generation, int hop, int flags, int slot) {
    /** The member came from the flow table of the MUX, not from the slot. */
    public static final int FROM_FLOW_TABLE = 1;
    /** Second chance: the owners of the frame's generation and older ones have been asked, now it is the newer ones' turn. */
    public static final int NEWER_PART = 2;
    /** Second chance: no host knows the flow, the addressed VM is to take it. Of TCP only when that has moved: it may have its connections with it. */
    public static final int ADOPT = 4;

    private static final long LOCAL_UNICAST = 0x02L << 40;

    public FrameTag {
        if ((mux | slot) >>> 8 != 0 || generation >>> 16 != 0 || (hop | flags) >>> 4 != 0) {
            throw new IllegalArgumentException("frame tag with mux " + mux + ", generation " + generation + ", hop "
                    + hop + ", flags " + flags + ", slot " + slot + ": out of range");
        }
    }

    /** Whether an inner source address, as 48 bits, is a tag. */
    public static boolean isTag(long mac) {
        return mac >>> 40 == 0x02;
    }

    /** Reads a tag from an inner source address for which {@link #isTag} holds. */
    public static FrameTag of(long mac) {
        return new FrameTag(mux(mac), generation(mac), hop(mac), flags(mac), slot(mac));
    }

    /** The address that carries this tag. */
    public MacAddress mac() {
        return new MacAddress(bits(mux, generation, hop, flags, slot));
    }

    // For forwarding threads, which make no objects: the same on the 48 bits of the address.

    /** The address as 48 bits; of {@code slot} only the low eight bits count, the others must be in range. */
    public static long bits(int mux, int generation, int hop, int flags, int slot) {
        return LOCAL_UNICAST | (long) mux << 32 | (long) generation << 16 | hop << 12 | flags << 8 | (slot & 0xFF);
    }

    public static int mux(long mac) {
        return (int) (mac >>> 32) & 0xFF;
    }

    public static int generation(long mac) {
        return (int) (mac >>> 16) & 0xFFFF;
    }

    public static int hop(long mac) {
        return (int) mac >>> 12 & 0xF;
    }

    public static int flags(long mac) {
        return (int) mac >>> 8 & 0xF;
    }

    public static int slot(long mac) {
        return (int) mac & 0xFF;
    }

    /** The same tag with another hop count, 0 to 15. */
    public static long withHop(long mac, int hop) {
        return (mac & ~0xF000L) | (long) hop << 12;
    }
}
