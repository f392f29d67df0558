package ecmplab.router.forward;

import ecmplab.packet.Ethernet;
import ecmplab.packet.FlowHash;
import ecmplab.packet.FlowKey;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Udp;
import ecmplab.packet.Vxlan;
import java.lang.foreign.MemorySegment;

/** Hashes packets by a {@link HashPolicy}. Belongs to the forwarding thread, but for {@link #of}. */
final class PacketHash {
    private final MemorySegment memory;
    private final FlowHash hash;
    private final HashPolicy policy;
    private final PacketParser outer = new PacketParser();
    private final PacketParser inner = new PacketParser();

    PacketHash(MemorySegment memory, HashPolicy policy, long seed) {
        this.memory = memory;
        this.policy = policy;
        hash = new FlowHash(seed);
    }

    /** Hash of the valid IPv4 packet at {@code ip}. */
    long ipv4(long ip) {
        return switch (policy) {
            case FIVE_TUPLE, FLOW_LABEL -> hash.of(memory, ip);
            case TWO_TUPLE, THREE_TUPLE, INNER -> {
                var fault = outer.parseIpv4(memory, ip, Integer.MAX_VALUE);
                yield fault == PacketFault.NONE ? parsed() : hash.of(memory, ip);
            }
        };
    }

    /** Hash of the valid IPv6 packet at {@code ip}. */
    long ipv6(long ip) {
        return switch (policy) {
            case FIVE_TUPLE -> hash.ofIpv6(memory, ip);
            case TWO_TUPLE, THREE_TUPLE, FLOW_LABEL, INNER -> {
                var fault = outer.parseIpv6(memory, ip, Integer.MAX_VALUE);
                yield fault == PacketFault.NONE ? parsed() : hash.ofIpv6(memory, ip);
            }
        };
    }

    private long parsed() {
        return switch (policy) {
            case FIVE_TUPLE -> outer.hash(hash);
            case TWO_TUPLE -> tuple(0);
            case THREE_TUPLE -> tuple(outer.protocol());
            case FLOW_LABEL ->
                outer.flowLabel() == 0
                        ? outer.hash(hash)
                        : hash.ofLabel(
                                outer.sourceHigh(),
                                outer.sourceLow(),
                                outer.destinationHigh(),
                                outer.destinationLow(),
                                outer.flowLabel());
            case INNER -> isVxlan() ? inner.hash(hash) : outer.hash(hash);
        };
    }

    private long tuple(int protocol) {
        return outer.version() == 4
                ? hash.of(outer.source(), outer.destination(), protocol)
                : hash.of(
                        outer.sourceHigh(),
                        outer.sourceLow(),
                        outer.destinationHigh(),
                        outer.destinationLow(),
                        protocol,
                        0,
                        0);
    }

    /** Whether there is a whole IP packet in a whole frame in VXLAN; then the inner parser has it. */
    private boolean isVxlan() {
        if (outer.protocol() != IpProtocol.UDP || outer.destinationPort() != Vxlan.UDP_PORT || outer.isFragment()) {
            return false;
        }
        long vxlan = outer.transport() + Udp.LENGTH;
        int available = outer.transportLength() - Udp.LENGTH;
        return Vxlan.check(memory, vxlan, available) == PacketFault.NONE
                && inner.parse(memory, vxlan + Vxlan.LENGTH, available - Vxlan.LENGTH) == PacketFault.NONE
                && (inner.etherType() == Ethernet.TYPE_IPV4 || inner.etherType() == Ethernet.TYPE_IPV6);
    }

    /** Hash of a flow's packets that are no tunnel's and have no flow label. Any thread. */
    long of(FlowKey flow) {
        return switch (policy) {
            case FIVE_TUPLE, FLOW_LABEL, INNER -> hash.of(flow);
            case THREE_TUPLE -> hash.of(withoutPorts(flow, flow.protocol()));
            case TWO_TUPLE -> hash.of(withoutPorts(flow, 0));
        };
    }

    private static FlowKey withoutPorts(FlowKey flow, int protocol) {
        return new FlowKey(flow.source(), flow.destination(), protocol, 0, 0);
    }
}
