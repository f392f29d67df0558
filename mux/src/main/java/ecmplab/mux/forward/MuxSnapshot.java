package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowCounters;
import ecmplab.mux.flow.FlowPage.Flow;
import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a MUX shows of itself, at one moment. */
public sealed interface MuxSnapshot {
    /**
     * @param acceptedCfg of the last policy accepted, {@code cfg} of the one in the forwarding path
     * @param epochsRefused policies refused because their epoch was too low
     * @param leaving whether a drain is going on or over
     * @param lostEvents events that could not be told because their executor refused
     */
    record Status(
            int number,
            Inet4Address address,
            Inet4Address gateway,
            long epoch,
            long cfg,
            long acceptedCfg,
            long epochsRefused,
            boolean leaving,
            long lostEvents)
            implements MuxSnapshot {}

    /**
     * An endpoint of a VIP.
     *
     * @param announced whether BGP peers have a route to the VIP by this MUX
     * @param generation the active one, 0 for none; {@code digest} is of its table
     * @param members of the active generation, with weight above 0
     * @param octets of the clients' IP packets
     * @param takenOver of the new flows, TCP flows that another MUX had before
     */
    record Vip(
            EndpointId endpoint,
            boolean announced,
            int generation,
            String digest,
            int members,
            long packets,
            long octets,
            long newFlows,
            long takenOver)
            implements MuxSnapshot {}

    /** A generation of an endpoint's table. */
    record Table(
            EndpointId endpoint,
            int generation,
            TableVersion.State state,
            int slots,
            long seed,
            String digest,
            List<Share> shares)
            implements MuxSnapshot {
        public Table {
            shares = List.copyOf(shares);
        }
    }

    /** How many slots of a table a member has. */
    record Share(Member member, int slots) {}

    /**
     * Some flows of the flow table.
     *
     * @param next where the next page starts, or {@link ecmplab.mux.flow.FlowPage#END}
     */
    record Flows(List<MemberFlow> flows, int next) implements MuxSnapshot {
        public Flows {
            flows = List.copyOf(flows);
        }
    }

    /** @param member null when it has just left */
    record MemberFlow(Flow flow, @Nullable Member member) {}

    /**
     * What comes for a VIP.
     *
     * @param packetsPerSecond of about the last tenth of a second
     * @param shed packets dropped because all together were too many, and this VIP had more than its share
     */
    record Talker(InetAddress vip, long packetsPerSecond, long shed) implements MuxSnapshot {}

    /** What was sent to a host in VXLAN; {@code octets} of the outer IP packets. */
    record Peer(InetAddress host, long packets, long octets) implements MuxSnapshot {}

    /**
     * @param received from the port
     * @param forwarded to members' hosts
     * @param toKernel for own addresses, and ARP, neighbour discovery and multicast: the kernel has its own copy
     * @param errorsSent ICMP errors about dropped packets
     * @param drops by reason; with received, forwarded, answered and to the kernel they add up
     * @param neighborDrops packets that were on their way out and found no gateway
     */
    record Counters(
            long received,
            long forwarded,
            long echoesAnswered,
            long toKernel,
            long errorsSent,
            long errorsSuppressed,
            Map<String, Long> drops,
            Map<String, Long> neighborDrops,
            FlowCounters flows)
            implements MuxSnapshot {
        public long dropped() {
            return drops.values().stream().mapToLong(Long::longValue).sum();
        }
    }
}
