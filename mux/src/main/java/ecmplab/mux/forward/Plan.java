package ecmplab.mux.forward;

import ecmplab.mux.table.Member;
import ecmplab.packet.Ipv4;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A policy compiled for a forwarding thread: immutable, published in one step. Endpoints are found by one probe or two of a hash
 * table; members have numbers that stay theirs from plan to plan, so flows keep their member while generations change.
 */
final class Plan {
    /** Of {@link #endpoint}: none. */
    static final int NONE = -1;
    /** Of {@link #fragmentEndpoint}: more than one. */
    static final int AMBIGUOUS = -2;

    private static final long USED = 1L << 63;
    private static final long FRAGMENT = 1L << 57;
    private static final long VIP = 1L << 58;

    static final Plan EMPTY = new Plan(0, 0, 0, List.of(), Map.of(), 0, Map.of());

    /** Counts plans. */
    final long serial;

    final long epoch;
    final long cfg;
    final PlannedEndpoint[] endpoints;

    /** By member number: null, or 0, for a number not in use. */
    final @Nullable Member[] members;

    final int[] hosts;
    final long[] macs;
    final int[] vnis;
    final int[] endpointOfMember;
    final int[] idleMillis;
    final @Nullable Tally<Tally.Peer>[] peers;
    final Map<Inet4Address, Tally<Tally.Peer>> peersByHost;

    private final long[] keys;
    private final int[] values;
    private final int shift;

    /**
     * @param numbered members by number; all numbers are below {@code numbers}
     * @param peersByHost the counts of each host of a member
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of generic counts
    Plan(
            long serial,
            long epoch,
            long cfg,
            List<PlannedEndpoint> endpoints,
            Map<Integer, NumberedMember> numbered,
            int numbers,
            Map<Inet4Address, Tally<Tally.Peer>> peersByHost) {
        this.serial = serial;
        this.epoch = epoch;
        this.cfg = cfg;
        this.endpoints = endpoints.toArray(PlannedEndpoint[]::new);
        this.peersByHost = Map.copyOf(peersByHost);
        members = new Member[numbers];
        hosts = new int[numbers];
        macs = new long[numbers];
        vnis = new int[numbers];
        endpointOfMember = new int[numbers];
        idleMillis = new int[numbers];
        peers = new Tally[numbers];
        numbered.forEach(this::place);

        var index = index();
        shift = Long.numberOfLeadingZeros(2L * index.size() + 2);
        keys = new long[1 << (64 - shift)];
        values = new int[keys.length];
        index.forEach((key, value) -> {
            int at = place(key);
            keys[at] = key;
            values[at] = value;
        });
    }

    /** A member and the endpoint it serves. */
    record NumberedMember(Member member, int endpoint) {}

    private void place(int number, NumberedMember numbered) {
        var member = numbered.member();
        var host = (Inet4Address) member.host();
        members[number] = member;
        hosts[number] = Ipv4.bits(host);
        macs[number] = member.mac().bits();
        vnis[number] = member.vni().value();
        endpointOfMember[number] = numbered.endpoint();
        idleMillis[number] = endpoints[numbered.endpoint()].idleMillis();
        peers[number] = peersByHost.get(host);
    }

    private Map<Long, Integer> index() {
        var index = new HashMap<Long, Integer>();
        for (var endpoint : endpoints) {
            var id = endpoint.id();
            int vip = Ipv4.bits((Inet4Address) id.vip());
            index.put(key(vip, id.protocol(), id.port()), endpoint.index);
            index.put(key(vip, 0, 0) | VIP, endpoint.index);
            long fragments = key(vip, id.protocol(), 0) | FRAGMENT;
            if (id.port() == 0) {
                index.put(fragments, endpoint.index);
            } else {
                index.merge(
                        fragments,
                        endpoint.index,
                        (other, same) -> isForAllPorts(other) ? other : Integer.valueOf(AMBIGUOUS));
            }
        }
        return index;
    }

    private boolean isForAllPorts(int endpoint) {
        return endpoint >= 0 && endpoints[endpoint].id().port() == 0;
    }

    /** Index of the endpoint that serves this port, else of the one for all ports of the protocol, else {@link #NONE}. */
    int endpoint(int vip, int protocol, int port) {
        int exact = find(key(vip, protocol, port));
        return exact != NONE || port == 0 ? exact : find(key(vip, protocol, 0));
    }

    /**
     * Index of the endpoint that serves fragments of a protocol, of which only the first has a port: that for all ports, or the only
     * one; else {@link #NONE} or {@link #AMBIGUOUS}.
     */
    int fragmentEndpoint(int vip, int protocol) {
        return find(key(vip, protocol, 0) | FRAGMENT);
    }

    boolean isVip(int address) {
        return find(key(address, 0, 0) | VIP) != NONE;
    }

    /** VIPs that packets can be forwarded for: an endpoint has an active generation with members. */
    Set<InetAddress> readyVips() {
        var ready = new HashSet<InetAddress>();
        for (var endpoint : endpoints) {
            if (endpoint.active != null) {
                ready.add(endpoint.id().vip());
            }
        }
        return ready;
    }

    PathReport report() {
        var tables = new ArrayList<PathReport.Table>();
        for (var endpoint : endpoints) {
            for (var generation : endpoint.generations) {
                var version = generation.version();
                tables.add(new PathReport.Table(
                        endpoint.id(),
                        version.generation(),
                        version.state(),
                        generation.table().digestText()));
            }
        }
        return new PathReport(epoch, cfg, tables);
    }

    @Nullable
    Member member(int number) {
        return number >= 0 && number < members.length ? members[number] : null;
    }

    private int find(long key) {
        int at = place(key);
        return keys[at] == key ? values[at] : NONE;
    }

    /** Where a key is, or the free place where it would be. */
    private int place(long key) {
        int at = (int) ((key * 0x9E37_79B9_7F4A_7C15L) >>> shift);
        while (keys[at] != 0 && keys[at] != key) {
            at = at + 1 & keys.length - 1;
        }
        return at;
    }

    private static long key(int vip, int protocol, int port) {
        return USED | (vip & 0xFFFF_FFFFL) << 24 | (long) protocol << 16 | port;
    }
}
