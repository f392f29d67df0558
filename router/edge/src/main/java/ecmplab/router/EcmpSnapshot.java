package ecmplab.router;

import ecmplab.bgp.wire.Prefix;
import ecmplab.router.ecmp.EcmpMode;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A next-hop group, for {@code show ip ecmp}.
 *
 * @param prefixes that use it, the first {@value #MAX_PREFIXES} of them
 * @param prefixCount how many use it
 * @param buckets of the group; in other modes than resilient, remainders or regions
 * @param owners of each bucket: an index of {@code members}
 * @param lastChange how long ago
 * @param lastMoved buckets that the last change moved
 * @param totalMoved buckets moved since the group was made
 * @param unbalanced how long members have been waiting for their share of buckets, if they have
 */
public record EcmpSnapshot(
        int group,
        EcmpMode mode,
        List<Prefix> prefixes,
        int prefixCount,
        int buckets,
        List<MemberSnapshot> members,
        List<Integer> owners,
        Duration lastChange,
        int lastMoved,
        long totalMoved,
        Optional<Duration> unbalanced) {
    static final int MAX_PREFIXES = 32;

    public EcmpSnapshot {
        prefixes = List.copyOf(prefixes);
        members = List.copyOf(members);
        owners = List.copyOf(owners);
    }

    /**
     * A next hop of the group.
     *
     * @param address empty for neighbours on the link itself
     * @param active buckets that a packet used within the idle time; always 0 in other modes than resilient
     */
    public record MemberSnapshot(
            Optional<InetAddress> address, String interfaceName, int weight, int buckets, int active) {
        public int idle() {
            return buckets - active;
        }
    }
}
