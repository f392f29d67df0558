package ecmplab.mux.forward;

import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds the endpoint of a packet, by one probe or two of a hash table. VIPs of both families are numbers here: an IPv4 address is its
 * own, an IPv6 address gets one. Immutable.
 */
final class EndpointIndex {
    /** Of {@link #endpoint}: none. */
    static final int NONE = -1;
    /** Of {@link #fragmentEndpoint}: more than one. */
    static final int AMBIGUOUS = -2;
    /** Of {@link #ipv6}: no VIP; no key has it. */
    static final long NO_VIP = 0xFFFF_FFFFL | 1L << 32;

    private static final long USED = 1L << 63;
    private static final long FRAGMENT = 1L << 58;
    private static final long VIP = 1L << 59;
    /** Of a VIP's number: it is one of IPv6. */
    private static final long IPV6 = 1L << 32;

    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private final long[] keys;
    private final int[] values;
    private final int shift;

    /** IPv6 VIPs, at the places where hashing looks for them; the numbers are the places. */
    private final long[] highs;

    private final long[] lows;
    private final boolean[] used;

    EndpointIndex(PlannedEndpoint[] endpoints) {
        var ipv6 = new LinkedHashMap<InetAddress, Inet6Address>();
        for (var endpoint : endpoints) {
            if (endpoint.id().vip() instanceof Inet6Address vip) {
                ipv6.put(vip, vip);
            }
        }
        int places = Integer.highestOneBit(2 * ipv6.size() + 1) << 1;
        highs = new long[places];
        lows = new long[places];
        used = new boolean[places];
        ipv6.values().forEach(this::enter);

        var index = index(endpoints);
        shift = Long.numberOfLeadingZeros(2L * index.size() + 2);
        keys = new long[1 << (64 - shift)];
        values = new int[keys.length];
        index.forEach((key, value) -> {
            int at = place(key);
            keys[at] = key;
            values[at] = value;
        });
    }

    private void enter(Inet6Address vip) {
        int at = ipv6Place(Ipv6.high(vip), Ipv6.low(vip));
        highs[at] = Ipv6.high(vip);
        lows[at] = Ipv6.low(vip);
        used[at] = true;
    }

    private Map<Long, Integer> index(PlannedEndpoint[] endpoints) {
        var index = new HashMap<Long, Integer>();
        for (var endpoint : endpoints) {
            var id = endpoint.id();
            long vip = number(id.vip());
            index.put(key(vip, id.protocol(), id.port()), endpoint.index);
            index.put(key(vip, 0, 0) | VIP, endpoint.index);
            long fragments = key(vip, id.protocol(), 0) | FRAGMENT;
            if (id.port() == 0) {
                index.put(fragments, endpoint.index);
            } else {
                index.merge(
                        fragments,
                        endpoint.index,
                        (other, same) ->
                                other >= 0 && endpoints[other].id().port() == 0 ? other : Integer.valueOf(AMBIGUOUS));
            }
        }
        return index;
    }

    /** Number of a VIP, or of an address that is none. */
    long number(InetAddress vip) {
        return switch (vip) {
            case Inet4Address ipv4 -> ipv4(Ipv4.bits(ipv4));
            case Inet6Address ipv6 -> ipv6(Ipv6.high(ipv6), Ipv6.low(ipv6));
            default -> throw new IllegalArgumentException(vip + " is of neither family");
        };
    }

    static long ipv4(int address) {
        return address & 0xFFFF_FFFFL;
    }

    /** Number of an IPv6 VIP, or {@link #NO_VIP}. */
    long ipv6(long high, long low) {
        int at = ipv6Place(high, low);
        return used[at] ? IPV6 | at : NO_VIP;
    }

    /** Index of the endpoint that serves this port, else of the one for all ports of the protocol, else {@link #NONE}. */
    int endpoint(long vip, int protocol, int port) {
        int exact = find(key(vip, protocol, port));
        return exact != NONE || port == 0 ? exact : find(key(vip, protocol, 0));
    }

    /**
     * Index of the endpoint that serves fragments of a protocol, of which only the first has a port: that for all ports, or the only
     * one; else {@link #NONE} or {@link #AMBIGUOUS}.
     */
    int fragmentEndpoint(long vip, int protocol) {
        return find(key(vip, protocol, 0) | FRAGMENT);
    }

    /** Index of some endpoint of the VIP, {@link #NONE} when the address is no VIP. */
    int anyEndpoint(long vip) {
        return find(key(vip, 0, 0) | VIP);
    }

    private int find(long key) {
        int at = place(key);
        return keys[at] == key ? values[at] : NONE;
    }

    /** Where a key is, or the free place where it would be. */
    private int place(long key) {
        int at = (int) ((key * GOLDEN) >>> shift);
        while (keys[at] != 0 && keys[at] != key) {
            at = at + 1 & keys.length - 1;
        }
        return at;
    }

    private int ipv6Place(long high, long low) {
        long mixed = (high * GOLDEN ^ low) * GOLDEN;
        int at = (int) (mixed >>> 32) & highs.length - 1;
        while (used[at] && (highs[at] != high || lows[at] != low)) {
            at = at + 1 & highs.length - 1;
        }
        return at;
    }

    private static long key(long vip, int protocol, int port) {
        return USED | vip << 24 | (long) protocol << 16 | port;
    }
}
