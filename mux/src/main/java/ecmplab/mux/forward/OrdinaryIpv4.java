package ecmplab.mux.forward;

import static java.nio.ByteOrder.BIG_ENDIAN;

import ecmplab.mux.flow.FlowTable;
import ecmplab.packet.Checksum;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Tcp;
import ecmplab.packet.Udp;
import ecmplab.port.Port;
import java.lang.foreign.ValueLayout;

/**
 * The short way through the first stage: takes the packets that nearly all are, IPv4 without options, whole, TCP or UDP, sound, to an endpoint and within
 * its room, and leaves every other one as it is to the {@link Classifier}, which judges these alike, only more slowly. The forwarding thread's.
 */
final class OrdinaryIpv4 {
    private static final int IP = Ethernet.LENGTH, TRANSPORT = IP + Ipv4.MIN_LENGTH;
    /** Of a frame with the shortest UDP packet. */
    private static final int LEAST = TRANSPORT + Udp.LENGTH;
    /** Version 4, five words of header. */
    private static final int VERSION_AND_LENGTH = 0x45;

    private static final int MORE_OR_OFFSET = 0x3FFF;
    private static final int FLAGS = TRANSPORT + 13;

    private static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(BIG_ENDIAN);

    private final long mac;
    private final long base;
    private final int mtu;
    private final FlowTable flows;
    private final Pending pending;
    private final Overload overload;
    private final Outcomes outcomes;

    private Plan plan = Plan.EMPTY;

    OrdinaryIpv4(Port port, FlowTable flows, Pending pending, Overload overload, Outcomes outcomes) {
        mac = port.mac().bits();
        base = port.pool().memory().address();
        mtu = port.mtu();
        this.flows = flows;
        this.pending = pending;
        this.overload = overload;
        this.outcomes = outcomes;
    }

    void adopt(Plan newPlan) {
        plan = newPlan;
    }

    /** Takes over the frame, or gives false and has done nothing. */
    boolean takes(long frame, int length) {
        long at = base + frame;
        if (length < LEAST
                || AllMemory.ALL.get(U64, at) >>> 16 != mac
                || AllMemory.ALL.get(U16, at + IP - 2) != Ethernet.TYPE_IPV4) {
            return false;
        }
        long first = AllMemory.ALL.get(U64, at + IP);
        long second = AllMemory.ALL.get(U64, at + IP + 8);
        int vip = AllMemory.ALL.get(U32, at + IP + 16);
        int ipLength = (int) (first >>> 32) & 0xFFFF;
        int protocol = (int) (second >>> 48) & 0xFF;
        if (first >>> 56 != VERSION_AND_LENGTH
                || ipLength > length - IP
                || (first & MORE_OR_OFFSET) != 0
                || second >>> 56 <= 1
                || !isSound(first, second, vip)) {
            return false;
        }
        int kind = kind(protocol, at, ipLength - Ipv4.MIN_LENGTH);
        if (kind < 0) {
            return false;
        }
        int ports = AllMemory.ALL.get(U32, at + TRANSPORT);
        int endpoint = plan.index.endpoint(EndpointIndex.ipv4(vip), protocol, ports & 0xFFFF);
        return endpoint >= 0
                && admits(frame, ipLength, plan.endpoints[endpoint], (byte) kind, (int) second, vip, ports, protocol);
    }

    private static boolean isSound(long first, long second, int third) {
        return Checksum.fold((first >>> 32)
                        + (first & 0xFFFF_FFFFL)
                        + (second >>> 32)
                        + (second & 0xFFFF_FFFFL)
                        + (third & 0xFFFF_FFFFL))
                == 0xFFFF;
    }

    /** As {@link Pending} has it; -1 for other protocols than TCP and UDP, and for bad lengths. */
    private static int kind(int protocol, long at, int available) {
        if (protocol == IpProtocol.UDP) {
            int udpLength = AllMemory.ALL.get(U16, at + TRANSPORT + 4) & 0xFFFF;
            return available >= Udp.LENGTH && udpLength >= Udp.LENGTH && udpLength <= available ? Pending.ORDINARY : -1;
        }
        if (protocol != IpProtocol.TCP || available < Tcp.MIN_LENGTH) {
            return -1;
        }
        int headerLength = (AllMemory.ALL.get(U8, at + FLAGS - 1) & 0xF0) >>> 2;
        if (headerLength < Tcp.MIN_LENGTH || headerLength > available) {
            return -1;
        }
        int flags = AllMemory.ALL.get(U8, at + FLAGS);
        return (flags & (Tcp.SYN | Tcp.ACK | Tcp.RST)) == Tcp.SYN
                ? Pending.OPENS
                : (flags & Tcp.RST) != 0 ? Pending.RESETS : Pending.ORDINARY;
    }

    private boolean admits(
            long frame,
            int ipLength,
            PlannedEndpoint endpoint,
            byte kind,
            int source,
            int vip,
            int ports,
            int protocol) {
        if (ipLength > mtu - endpoint.overhead) {
            return false;
        }
        if (!overload.admits(endpoint.load)) {
            outcomes.drop(frame, MuxDrop.OVERLOAD);
            return true;
        }
        int at = pending.count++;
        pending.frames[at] = frame;
        pending.lengths[at] = ipLength;
        pending.endpoints[at] = endpoint;
        pending.kinds[at] = kind;
        pending.sources[at] = source;
        pending.vips[at] = vip;
        pending.protocols[at] = protocol;
        pending.ports[at] = ports;
        pending.hashes[at] = flows.hash(source, vip, ports, protocol);
        return true;
    }
}
