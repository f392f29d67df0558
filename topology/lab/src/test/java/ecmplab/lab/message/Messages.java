package ecmplab.lab.message;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.ExtendedCommunity;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.UpdateEncoder;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Random messages of all types, valid on a session with the given options. */
final class Messages {
    private final SplittableRandom random;
    private final UpdateOptions options;

    Messages(long seed, UpdateOptions options) {
        this.random = new SplittableRandom(seed);
        this.options = options;
    }

    byte[] next() {
        var out = Unpooled.buffer();
        switch (random.nextInt(10)) {
            case 0 -> open().encode(out);
            case 1 -> Framing.writeKeepalive(out);
            case 2 ->
                Framing.writeNotification(
                        out, Notification.cease(Notification.CEASE_ADMIN_SHUTDOWN, "good bye, größte"));
            case 3 -> Framing.writeRouteRefresh(out, family());
            default -> update(out);
        }
        return ByteBufUtil.getBytes(out);
    }

    Open open() {
        var capabilities = new ArrayList<Capability>(List.of(
                Capability.Multiprotocol.of(family()),
                new Capability.RouteRefresh(),
                new Capability.FourOctetAs(Asn.of(4_200_000_001L)),
                new Capability.GracefulRestart(true, true, 120, List.of()),
                new Capability.AddPath(List.of(new Capability.AddPath.Direction(1, 1, true, false)))));
        if (random.nextBoolean()) {
            capabilities.add(new Capability.HostName("router", "example.com"));
            capabilities.add(new Capability.Unknown(200, Octets.of(new byte[250])));
        }
        return new Open(Asn.of(4_200_000_001L), 9, RouterId.parse("10.0.0.1"), capabilities);
    }

    private AddressFamily family() {
        return AddressFamily.values()[random.nextInt(2)];
    }

    void update(ByteBuf out) {
        var family = family();
        var encoder = new UpdateEncoder(options);
        if (random.nextInt(4) == 0) {
            encoder.withdraw(out, family);
        } else if (random.nextInt(10) == 0) {
            encoder.endOfRib(out, family);
            return;
        } else {
            var block = attributes(family).encode();
            encoder.announce(out, family, block, 0, block.length);
        }
        for (int i = random.nextInt(1, 9); i > 0; i--) {
            int length = random.nextInt(family.bits() + 1);
            var high = random.nextLong();
            var low = family == AddressFamily.IPV6_UNICAST ? random.nextLong() : 0;
            var prefix =
                    new Prefix(family, family == AddressFamily.IPV6_UNICAST ? high : high >>> 32 << 32, low, length);
            encoder.prefix(prefix.high(), prefix.low(), length, random.nextInt());
        }
        encoder.finish();
    }

    private PathAttributes attributes(AddressFamily family) {
        var list = new ArrayList<PathAttribute>(List.of(
                PathAttribute.Origin.values()[random.nextInt(3)],
                random.nextBoolean()
                        ? AsPath.sequence(65_001, random.nextInt(1, 1 << 30), 65_002)
                        : new AsPath(List.of(
                                new AsPath.Segment(AsPath.SegmentType.AS_SEQUENCE, List.of(Asn.of(65_001))),
                                new AsPath.Segment(
                                        AsPath.SegmentType.AS_SET, List.of(Asn.of(65_003), Asn.of(65_004))))),
                new PathAttribute.NextHop(
                        InetAddress.ofLiteral(family == AddressFamily.IPV4_UNICAST ? "192.0.2.1" : "2001:db8::1"))));
        maybe(list, new PathAttribute.MultiExitDisc(random.nextInt()));
        if (!options.ebgp()) {
            list.add(new PathAttribute.LocalPref(random.nextInt()));
            maybe(list, new PathAttribute.OriginatorId(RouterId.parse("10.0.0.9")));
            maybe(list, new PathAttribute.ClusterList(List.of(RouterId.parse("10.0.0.8"))));
        }
        maybe(list, new PathAttribute.AtomicAggregate());
        maybe(list, new PathAttribute.Aggregator(Asn.of(4_200_000_001L), RouterId.parse("10.0.0.1")));
        maybe(list, PathAttribute.Communities.of(random.nextInt(), random.nextInt()));
        maybe(
                list,
                new PathAttribute.ExtendedCommunities(List.of(
                        ExtendedCommunity.of(random.nextLong()),
                        new ExtendedCommunity.LinkBandwidth(true, Asn.of(65_001), Float.floatToRawIntBits(1.25e6f)))));
        maybe(
                list,
                new PathAttribute.LargeCommunities(
                        List.of(new PathAttribute.LargeCommunity(random.nextInt(), random.nextInt(), 3))));
        maybe(list, new PathAttribute.OnlyToCustomer(Asn.of(65_001)));
        maybe(list, new PathAttribute.Unknown(0xE0, 99, Octets.of(new byte[random.nextInt(300)])));
        return PathAttributes.of(list);
    }

    private void maybe(List<PathAttribute> list, PathAttribute attribute) {
        if (random.nextInt(3) == 0) {
            list.add(attribute);
        }
    }
}
