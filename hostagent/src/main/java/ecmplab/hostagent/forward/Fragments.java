package ecmplab.hostagent.forward;

import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketParser;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What became of the first fragments of datagrams, so that the later ones, which have no ports, follow them: by source, destination,
 * protocol and identification (RFC 791 section 3.2, RFC 8200 section 4.5). Bounded: a set of {@value #WAYS} gives up its oldest for a new one.
 *
 * <p>A later fragment that comes before the first is dropped and counted; it is not held. Senders send the first one first, MUXes and
 * hosts take all fragments of a datagram by one way, so it happens only where the path before reorders, and the datagram is sent
 * again then. Held frames would let anyone take the pool's.
 *
 * <p>One per forwarding thread; allocates nothing.
 */
final class Fragments {
    /** As long as Linux waits for the rest of a datagram. */
    static final long LIFETIME_NANOS = 30_000_000_000L;
    /** The side of the packets that come from MUXes and hosts; those of VMs have their index plus one. */
    static final int FROM_UNDERLAY = 0;

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int WAYS = 4;
    private static final int SETS = 256;

    /** One datagram, and what its later fragments are to become. */
    static final class Datagram {
        private long sourceHigh;
        private long sourceLow;
        private long destinationHigh;
        private long destinationLow;
        private int identification;
        private int sideAndProtocol;
        private long begun;
        private boolean used;

        /** Addresses that later fragments get. */
        long newSourceHigh;

        long newSourceLow;
        long newDestinationHigh;
        long newDestinationLow;
        /** The VM it goes to. */
        int vm;
        /** The host's VM that it is passed on to with {@code flags}, or null. */
        @Nullable
        Backend passedOn;

        int flags;
    }

    private final Datagram[] datagrams = new Datagram[SETS * WAYS];
    private final Ipv4 ipv4 = new Ipv4();
    private final MemorySegment memory;

    Fragments(MemorySegment memory) {
        this.memory = memory;
        for (int i = 0; i < datagrams.length; i++) {
            datagrams[i] = new Datagram();
        }
    }

    /** Makes room for the datagram of a first fragment, its addresses as they are in the packet; the caller fills in the rest. */
    Datagram remember(int side, PacketParser first, long nowNanos) {
        int set = set(side, first);
        var chosen = datagrams[set];
        for (int i = set; i < set + WAYS; i++) {
            var datagram = datagrams[i];
            if (!datagram.used || is(datagram, side, first)) {
                chosen = datagram;
                break;
            }
            chosen = datagram.begun - chosen.begun < 0 ? datagram : chosen;
        }
        chosen.sourceHigh = first.sourceHigh();
        chosen.sourceLow = first.sourceLow();
        chosen.destinationHigh = first.destinationHigh();
        chosen.destinationLow = first.destinationLow();
        chosen.identification = identification(first);
        chosen.sideAndProtocol = side << 8 | first.protocol();
        chosen.begun = nowNanos;
        chosen.used = true;
        chosen.newSourceHigh = chosen.sourceHigh;
        chosen.newSourceLow = chosen.sourceLow;
        chosen.newDestinationHigh = chosen.destinationHigh;
        chosen.newDestinationLow = chosen.destinationLow;
        chosen.passedOn = null;
        return chosen;
    }

    /** What a later fragment is to become, or null when its first has not come, or long ago. */
    @Nullable
    Datagram find(int side, PacketParser later, long nowNanos) {
        int set = set(side, later);
        for (int i = set; i < set + WAYS; i++) {
            var datagram = datagrams[i];
            if (is(datagram, side, later) && nowNanos - datagram.begun < LIFETIME_NANOS) {
                return datagram;
            }
        }
        return null;
    }

    private boolean is(Datagram datagram, int side, PacketParser packet) {
        return datagram.used
                && datagram.identification == identification(packet)
                && datagram.sourceLow == packet.sourceLow()
                && datagram.destinationLow == packet.destinationLow()
                && datagram.sideAndProtocol == (side << 8 | packet.protocol())
                && datagram.sourceHigh == packet.sourceHigh()
                && datagram.destinationHigh == packet.destinationHigh();
    }

    /** 16 bits of IPv4; of IPv6 the 32 at the end of the fragment header, which stands before what the fragment carries. */
    private int identification(PacketParser packet) {
        return packet.version() == 6
                ? memory.get(U32, packet.transport() - Integer.BYTES)
                : ipv4.wrap(memory, packet.ip()).identification();
    }

    private int set(int side, PacketParser packet) {
        long bits = (packet.sourceLow() ^ packet.sourceHigh()) * 0x9E37_79B9_7F4A_7C15L
                ^ packet.destinationLow() * 0xC2B2_AE3D_27D4_EB4FL
                ^ (identification(packet) + ((long) side << 32)) * 0xFF51_AFD7_ED55_8CCDL;
        return (int) (bits >>> 48 & SETS - 1) * WAYS;
    }
}
