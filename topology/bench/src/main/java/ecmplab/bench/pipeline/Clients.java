package ecmplab.bench.pipeline;

import static java.nio.ByteOrder.BIG_ENDIAN;

import ecmplab.packet.Checksum;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import ecmplab.packet.Vxlan;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Fills bursts with the smallest UDP packets (60 octets, as without FCS) of many flows to one address and port. Flows follow each other in an order that no cache foresees.
 */
final class Clients {
    /** Packets in a burst. */
    static final int BURST = 64;

    private static final int LENGTH = 60;
    private static final int IP_LENGTH = LENGTH - Ethernet.LENGTH;
    private static final int FRAME = 64;
    private static final int TTL_AND_PROTOCOL = 64 << 8 | IpProtocol.UDP;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
    /** First addresses of clients: 10.0.0.0 and on. */
    private static final int FIRST = 0x0A00_0000;
    /** Flows of one port. */
    private static final int ADDRESSES = 1 << 20;

    private final MemorySegment template;
    /** Octets before the client's own frame: a tunnel's headers. */
    private final int tunnel;

    private final long sumWithoutSource;
    private final int mask;
    private int next;

    /**
     * @param flows a power of two: how many there are before the first comes again
     * @param to where the frames are addressed
     */
    Clients(int flows, MacAddress to, int destination, int port) {
        mask = flows - 1;
        tunnel = 0;
        template = Arena.ofAuto().allocate(FRAME, FRAME);
        new Ethernet().wrap(template, 0).set(to.bits(), 0x02_00_00_00_00_01L, Ethernet.TYPE_IPV4);
        template.set(U32, Ethernet.LENGTH, 0x4500 << 16 | IP_LENGTH);
        template.set(U16, Ethernet.LENGTH + 8, (short) TTL_AND_PROTOCOL);
        template.set(U32, Ethernet.LENGTH + 16, destination);
        template.set(U16, Ethernet.LENGTH + Ipv4.MIN_LENGTH + 2, (short) port);
        template.set(U16, Ethernet.LENGTH + Ipv4.MIN_LENGTH + 4, (short) (IP_LENGTH - Ipv4.MIN_LENGTH));
        sumWithoutSource = 0x4500 + IP_LENGTH + TTL_AND_PROTOCOL + (destination & 0xFFFF_FFFFL);
    }

    private Clients(Clients plain, MemorySegment template) {
        this.template = template;
        tunnel = Vxlan.ENCAPSULATION;
        sumWithoutSource = plain.sumWithoutSource;
        mask = plain.mask;
    }

    /**
     * The same packets as a MUX sends them to a host: in VXLAN, all with the same outer source port.
     *
     * @param tag source address of the inner frames
     * @param from the MUX
     * @param host its address
     * @param hostMac of the outer frames
     */
    Clients inVxlan(MacAddress tag, int from, int host, MacAddress hostMac, Vni vni) {
        var frame = Arena.ofAuto().allocate(Vxlan.ENCAPSULATION + FRAME, FRAME);
        MemorySegment.copy(template, 0, frame, Vxlan.ENCAPSULATION, FRAME);
        var inner = new Ethernet().wrap(frame, Vxlan.ENCAPSULATION);
        inner.set(inner.destination(), tag.bits(), Ethernet.TYPE_IPV4);
        Vxlan.encapsulate(
                frame,
                Vxlan.ENCAPSULATION,
                LENGTH,
                hostMac.bits(),
                0x02_00_00_00_00_01L,
                from,
                host,
                Vxlan.sourcePort(0),
                vni.value());
        return new Clients(this, frame);
    }

    /** Replaces what is in the burst by packets of the next flows, in fresh frames. */
    void fill(Burst burst, FramePool pool) {
        var memory = pool.memory();
        burst.clear();
        for (int i = 0; i < BURST; i++) {
            long frame = pool.acquire();
            int flow = next++ * 0x9E37_79B1 & mask;
            int source = FIRST + (flow & ADDRESSES - 1);
            int sourcePort = 1024 + (flow >>> 20);
            MemorySegment.copy(template, 0, memory, frame, tunnel + FRAME);
            long ip = frame + tunnel + Ethernet.LENGTH;
            memory.set(U32, ip + 12, source);
            memory.set(U16, ip + 10, (short) Checksum.finish(sumWithoutSource + (source & 0xFFFF_FFFFL)));
            memory.set(U16, ip + Ipv4.MIN_LENGTH, (short) sourcePort);
            burst.add(frame, tunnel + LENGTH);
        }
    }
}
