package ecmplab.router.kernel;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.port.netlink.Message;
import ecmplab.port.netlink.Request;
import ecmplab.router.ecmp.EcmpMode;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.kernel.KernelObjects.Hop;
import ecmplab.router.kernel.KernelObjects.HopGroup;
import ecmplab.router.kernel.KernelObjects.KernelRoute;
import ecmplab.router.kernel.KernelObjects.Share;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;

/** Routes and next-hop objects as rtnetlink has them (include/uapi/linux/rtnetlink.h, nexthop.h). */
final class RouteMessages {
    /** Of our routes and next hops, so that they are known again; numbers below 5 are the kernel's, known daemons have others. */
    static final int PROTOCOL = 236;
    /** Of all our routes: eBGP's distance, as other routing daemons have it. */
    static final int METRIC = 20;

    static final int NEW_LINK = 16;
    static final int DELETE_LINK = 17;
    private static final int GET_LINK = 18;
    static final int NEW_ROUTE = 24;
    static final int DELETE_ROUTE = 25;
    private static final int GET_ROUTE = 26;
    static final int NEW_HOP = 104;
    static final int DELETE_HOP = 105;
    private static final int GET_HOP = 106;
    private static final int GET_BUCKET = 118;
    /** Multicast groups: links, routes of both families, next hops. */
    static final int[] NEWS = {1, 7, 11, 32};

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int MAIN_TABLE = 254;
    private static final int UNICAST = 1;
    private static final int BLACKHOLE_TYPE = 6;
    private static final int ANY_SCOPE = 255;

    private static final int ROUTE_FIXED = 12;
    private static final int ROUTE_DESTINATION = 1;
    private static final int ROUTE_METRIC = 6;
    private static final int ROUTE_TABLE = 15;
    private static final int ROUTE_HOP = 30;
    private static final int CLONED = 0x200;

    private static final int HOP_FIXED = 8;
    private static final int HOP_ID = 1;
    private static final int HOP_GROUP = 2;
    private static final int HOP_GROUP_TYPE = 3;
    private static final int HOP_DEVICE = 5;
    private static final int HOP_GATEWAY = 6;
    private static final int HOP_RESILIENT = 12;
    private static final int HOP_BUCKET = 13;
    private static final int BUCKET_HOP = 3;
    private static final int RESILIENT_BUCKETS = 1;
    private static final int RESILIENT_IDLE = 2;
    private static final int RESILIENT_UNBALANCED = 3;
    private static final int TYPE_MPATH = 0;
    private static final int TYPE_RESILIENT = 1;
    private static final int SHARE_SIZE = 8;
    private static final long MILLIS_PER_TICK = 10;

    private static final int LINK_FIXED = 16;
    private static final int LINK_NAME = 3;
    private static final int LINK_RUNNING = 0x40;

    private RouteMessages() {}

    static Request route(Prefix prefix, int hop, int flags) {
        var what = (hop == KernelObjects.BLACKHOLE ? "black hole " : "route to ") + prefix;
        var request = new Request(NEW_ROUTE, Request.CREATE | flags, what)
                .octets(
                        family(prefix),
                        prefix.length(),
                        0,
                        0,
                        MAIN_TABLE,
                        PROTOCOL,
                        0,
                        hop == KernelObjects.BLACKHOLE ? BLACKHOLE_TYPE : UNICAST)
                .word(0)
                .attribute(ROUTE_DESTINATION, prefix.address().getAddress())
                .attribute32(ROUTE_METRIC, METRIC);
        return hop == KernelObjects.BLACKHOLE ? request : request.attribute32(ROUTE_HOP, hop);
    }

    static Request withoutRoute(Prefix prefix) {
        return new Request(DELETE_ROUTE, 0, "no route to " + prefix)
                .octets(family(prefix), prefix.length(), 0, 0, MAIN_TABLE, PROTOCOL, ANY_SCOPE, 0)
                .word(0)
                .attribute(ROUTE_DESTINATION, prefix.address().getAddress())
                .attribute32(ROUTE_METRIC, METRIC);
    }

    static Request hop(int id, Hop hop) {
        return new Request(
                        NEW_HOP,
                        Request.CREATE | Request.REPLACE,
                        "next hop " + hop.gateway().getHostAddress())
                .octets(hop.gateway() instanceof Inet4Address ? AF_INET : AF_INET6, 0, PROTOCOL, 0)
                .word(0)
                .attribute32(HOP_ID, id)
                .attribute32(HOP_DEVICE, hop.device())
                .attribute(HOP_GATEWAY, hop.gateway().getAddress());
    }

    static Request group(int id, HopGroup group, EcmpPolicy ecmp) {
        var shares = ByteBuffer.allocate(SHARE_SIZE * group.shares().size()).order(ByteOrder.nativeOrder());
        for (var share : group.shares()) {
            shares.putInt(share.hop())
                    .put((byte) (share.weight() - 1))
                    .put((byte) 0)
                    .putShort((short) 0);
        }
        boolean resilient = ecmp.mode() == EcmpMode.RESILIENT;
        var request = new Request(NEW_HOP, Request.CREATE | Request.REPLACE, "next-hop group " + id)
                .octets(0, 0, PROTOCOL, 0)
                .word(0)
                .attribute32(HOP_ID, id)
                .attribute(HOP_GROUP, shares.array())
                .attribute16(HOP_GROUP_TYPE, resilient ? TYPE_RESILIENT : TYPE_MPATH);
        if (resilient) {
            request.nested(
                    HOP_RESILIENT,
                    new Request(0, 0, "")
                            .attribute16(RESILIENT_BUCKETS, ecmp.buckets())
                            .attribute32(RESILIENT_IDLE, (int) (ecmp.idle().toMillis() / MILLIS_PER_TICK))
                            .attribute32(RESILIENT_UNBALANCED, (int)
                                    (ecmp.unbalanced().toMillis() / MILLIS_PER_TICK)));
        }
        return request;
    }

    static Request withoutHop(int id) {
        return new Request(DELETE_HOP, 0, "no next hop " + id)
                .octets(0, 0, 0, 0)
                .word(0)
                .attribute32(HOP_ID, id);
    }

    static Request dumpRoutes(AddressFamily family) {
        return new Request(GET_ROUTE, 0, "dump of " + family + " routes")
                .octets(family == AddressFamily.IPV4_UNICAST ? AF_INET : AF_INET6, 0, 0, 0, MAIN_TABLE, 0, 0, 0)
                .word(0);
    }

    static Request dumpHops() {
        return new Request(GET_HOP, 0, "dump of next hops").octets(0, 0, 0, 0).word(0);
    }

    /** Of one resilient group. */
    static Request dumpBuckets(int group) {
        return new Request(GET_BUCKET, 0, "dump of buckets")
                .octets(0, 0, 0, 0)
                .word(0)
                .attribute32(HOP_ID, group);
    }

    static Request dumpLinks() {
        return new Request(GET_LINK, 0, "dump of links").word(0).word(0).word(0).word(0);
    }

    /** A route to a prefix in the main table, or nothing that is one. */
    static Optional<KernelRoute> route(Message message) {
        var attributes = message.attributes(ROUTE_FIXED);
        int table = attributes.word(ROUTE_TABLE, message.octet(4));
        boolean routed = message.octet(0) == AF_INET || message.octet(0) == AF_INET6;
        if (table != MAIN_TABLE || !routed || (message.word(8) & CLONED) != 0) {
            return Optional.empty();
        }
        int octets = message.octet(0) == AF_INET ? 4 : 16;
        var destination = attributes.octets(ROUTE_DESTINATION).orElse(new byte[octets]);
        int length = message.octet(1);
        if (destination.length != octets || length > 8 * octets) {
            return Optional.empty();
        }
        boolean blackhole = message.octet(7) == BLACKHOLE_TYPE;
        return Optional.of(new KernelRoute(
                prefix(ByteBuffer.wrap(destination), length),
                message.octet(5),
                attributes.word(ROUTE_METRIC, 0),
                blackhole ? KernelObjects.BLACKHOLE : attributes.word(ROUTE_HOP, KernelObjects.FOREIGN)));
    }

    static boolean isOurHop(Message message) {
        return message.octet(2) == PROTOCOL;
    }

    static int hopId(Message message) {
        return message.attributes(HOP_FIXED).word(HOP_ID, 0);
    }

    /** A single next hop with a gateway. */
    static Optional<Hop> hop(Message message) {
        var attributes = message.attributes(HOP_FIXED);
        return attributes
                .octets(HOP_GATEWAY)
                .flatMap(RouteMessages::address)
                .map(gateway -> new Hop(attributes.word(HOP_DEVICE, 0), gateway));
    }

    static Optional<HopGroup> group(Message message) {
        return message.attributes(HOP_FIXED).value(HOP_GROUP).map(value -> {
            var shares = new ArrayList<Share>();
            for (int at = 0; at + SHARE_SIZE <= value.limit(); at += SHARE_SIZE) {
                shares.add(new Share(value.getInt(at), (value.get(at + 4) & 0xFF) + 1));
            }
            return new HopGroup(shares);
        });
    }

    /** The next hop of a bucket. */
    static int bucketHop(Message message) {
        return message.attributes(HOP_FIXED).nested(HOP_BUCKET).word(BUCKET_HOP, 0);
    }

    static int linkIndex(Message message) {
        return message.word(4);
    }

    static String linkName(Message message) {
        var octets = message.attributes(LINK_FIXED).octets(LINK_NAME).orElse(new byte[1]);
        return new String(Arrays.copyOf(octets, octets.length - 1), java.nio.charset.StandardCharsets.UTF_8);
    }

    /** Up and with carrier. */
    static boolean isRunning(Message message) {
        return message.type() == NEW_LINK && (message.word(8) & LINK_RUNNING) != 0;
    }

    private static Prefix prefix(ByteBuffer address, int length) {
        return address.limit() == 4
                ? Prefix.v4(address.getInt(0), length)
                : Prefix.v6(address.getLong(0), address.getLong(8), length);
    }

    private static int family(Prefix prefix) {
        return prefix.family() == AddressFamily.IPV4_UNICAST ? AF_INET : AF_INET6;
    }

    private static Optional<InetAddress> address(byte[] octets) {
        try {
            return Optional.of(InetAddress.getByAddress(octets));
        } catch (UnknownHostException wrongLength) {
            return Optional.empty();
        }
    }
}
