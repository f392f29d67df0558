package ecmplab.bgp.attribute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.UpdateEncoder.Fit;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Hex;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is encoded is decoded again, over seeded random routes. */
class UpdateRoundTripTest {
    private static final Set<AddressFamily> BOTH = EnumSet.allOf(AddressFamily.class);

    private final SplittableRandom random = new SplittableRandom(20_260_101);

    @ParameterizedTest
    @CsvSource({
        "IPV4_UNICAST, true, 4096", "IPV4_UNICAST, false, 4096", "IPV4_UNICAST, true, 65535",
        "IPV6_UNICAST, true, 4096", "IPV6_UNICAST, false, 4096", "IPV6_UNICAST, true, 65535"
    })
    void announcements(AddressFamily family, boolean fourOctetAs, int longest) throws Exception {
        var encoder = new UpdateEncoder(longest, fourOctetAs);
        var decoder = new UpdateDecoder(false, fourOctetAs, BOTH);
        for (int round = 0; round < 300; round++) {
            var attributes = attributes(family);
            var prefixes = prefixes(family, random.nextInt(1, 3000));
            var block = attributes.encode();
            var out = Unpooled.buffer();
            assertEquals(Fit.FITS, encoder.announce(out, family, block, 0, block.length));
            prefixes.forEach(prefix -> encoder.prefix(prefix.high(), prefix.low(), prefix.length()));
            encoder.finish();

            var decoded = new ArrayList<Prefix>();
            for (var message : messages(out, longest)) {
                var update = Update.decode(decoder, message);
                assertNull(update.fault());
                assertEquals(List.of(), update.withdrawn());
                var announcement = update.announced().getFirst();
                assertEquals(attributes, announcement.attributes());
                decoded.addAll(announcement.prefixes());
            }
            assertEquals(prefixes, decoded);
        }
    }

    @ParameterizedTest
    @EnumSource(AddressFamily.class)
    void withdrawals(AddressFamily family) {
        var encoder = new UpdateEncoder(4096, true);
        var decoder = new UpdateDecoder(true, true, BOTH);
        for (int round = 0; round < 100; round++) {
            var prefixes = prefixes(family, random.nextInt(1, 3000));
            var out = Unpooled.buffer();
            encoder.withdraw(out, family);
            prefixes.forEach(prefix -> encoder.prefix(prefix.high(), prefix.low(), prefix.length()));
            encoder.finish();
            var decoded = new ArrayList<Prefix>();
            for (var message : messages(out, 4096)) {
                var update = Update.decode(decoder, message);
                assertNull(update.fault());
                assertEquals(Set.of(), update.endOfRib());
                decoded.addAll(update.withdrawn());
            }
            assertEquals(prefixes, decoded);
        }
    }

    @ParameterizedTest
    @CsvSource({"IPV4_UNICAST, 4096", "IPV4_UNICAST, 65535", "IPV6_UNICAST, 4096", "IPV6_UNICAST, 65535"})
    void pathIdentifiers(AddressFamily family, int longest) throws Exception {
        var options = UpdateOptions.of(false, true, BOTH)
                .withMaxMessageSize(longest)
                .withAddPath(EnumSet.of(family))
                .withExtendedNextHop(EnumSet.of(AddressFamily.IPV4_UNICAST));
        var encoder = new UpdateEncoder(options);
        var decoder = new UpdateDecoder(options);
        for (int round = 0; round < 100; round++) {
            // IPv4 routes with an IPv6 next hop every other time (RFC 8950).
            var attributes = attributes(round % 2 == 0 ? family : AddressFamily.IPV6_UNICAST);
            var routes = prefixes(family, random.nextInt(1, 2000)).stream()
                    .map(prefix -> new Update.Route(prefix, random.nextInt()))
                    .toList();
            var block = attributes.encode();
            var out = Unpooled.buffer();
            assertEquals(Fit.FITS, encoder.announce(out, family, block, 0, block.length));
            routes.forEach(route -> write(encoder, route));
            encoder.finish();
            encoder.withdraw(out, family);
            routes.forEach(route -> write(encoder, route));
            encoder.finish();
            encoder.endOfRib(out, family);

            var announced = new ArrayList<Update.Route>();
            var withdrawn = new ArrayList<Update.Route>();
            for (var message : messages(out, longest)) {
                var update = Update.decode(decoder, message);
                assertNull(update.fault());
                update.announced().forEach(announcement -> {
                    assertEquals(attributes, announcement.attributes());
                    announced.addAll(announcement.routes());
                });
                withdrawn.addAll(update.withdrawnRoutes());
            }
            assertEquals(routes, announced);
            assertEquals(routes, withdrawn);
        }
    }

    private static void write(UpdateEncoder encoder, Update.Route route) {
        var prefix = route.prefix();
        encoder.prefix(prefix.high(), prefix.low(), prefix.length(), route.pathId());
    }

    @Test
    void messagesAreFilled() {
        var block = PathAttributes.of(
                        PathAttribute.Origin.IGP,
                        AsPath.sequence(1),
                        new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.1")))
                .encode();
        var encoder = new UpdateEncoder(4096, true);
        var out = Unpooled.buffer();
        encoder.announce(out, AddressFamily.IPV4_UNICAST, block, 0, block.length);
        for (int i = 0; i < 1000; i++) {
            encoder.prefix((0xCB00_0000L + i) << 32, 0, 32);
        }
        encoder.finish();
        // 4096 - 23 - 20 octets of attributes leave 4053: 810 prefixes of 5 octets.
        var lengths =
                messages(out, 4096).stream().map(message -> message.length).toList();
        assertEquals(List.of(23 + 20 + 810 * 5, 23 + 20 + 190 * 5), lengths);
    }

    @Test
    void attributesWithoutRoomForAPrefixAreRefusedAndWriteNothing() {
        for (var family : AddressFamily.values()) {
            boolean fitted = true;
            for (int size = 3900; size < 4100; size++) {
                var block = PathAttributes.of(
                                PathAttribute.Origin.IGP,
                                AsPath.sequence(1),
                                new PathAttribute.NextHop(InetAddress.ofLiteral(
                                        family == AddressFamily.IPV4_UNICAST ? "192.0.2.1" : "2001:db8::1")),
                                new PathAttribute.Unknown(0xE0, 99, Octets.of(new byte[size])))
                        .encode();
                var encoder = new UpdateEncoder(4096, true);
                var out = Unpooled.buffer();
                boolean fits = encoder.announce(out, family, block, 0, block.length) == Fit.FITS;
                assertTrue(fitted || !fits, "once too large, larger is too large as well");
                fitted = fits;
                if (fits) {
                    encoder.prefix(-1, -1, family.bits());
                    encoder.finish();
                    assertEquals(1, messages(out, 4096).size());
                } else {
                    assertEquals(0, out.readableBytes());
                }
            }
            assertEquals(false, fitted);
        }
    }

    @Test
    void endOfRibHasTheOctetsOfRfc4724() {
        var out = Unpooled.buffer();
        var encoder = new UpdateEncoder(4096, true);
        encoder.endOfRib(out, AddressFamily.IPV4_UNICAST);
        assertArrayEquals(Hex.bytes("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0017 02 0000 0000"), ByteBufUtil.getBytes(out));
        out.clear();
        encoder.endOfRib(out, AddressFamily.IPV6_UNICAST);
        assertArrayEquals(Hex.bytes("""
                FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 001E 02
                0000                    # Withdrawn Routes Length
                0007                    # Total Path Attribute Length
                90 0F 0003 0002 01      # MP_UNREACH_NLRI, IPv6 unicast
                """), ByteBufUtil.getBytes(out));
    }

    @Test
    void withoutAPrefixNothingIsWritten() {
        var out = Unpooled.buffer();
        var encoder = new UpdateEncoder(4096, true);
        encoder.withdraw(out, AddressFamily.IPV4_UNICAST);
        encoder.finish();
        assertEquals(0, out.readableBytes());
    }

    @Test
    void towardsTwoOctetPeersAsTransStandsIn() {
        var block = PathAttributes.of(
                        PathAttribute.Origin.IGP,
                        AsPath.sequence(4_200_000_001L, 65_001),
                        new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.1")),
                        new PathAttribute.Aggregator(Asn.of(4_200_000_001L), RouterId.parse("10.0.0.1")))
                .encode();
        var encoder = new UpdateEncoder(4096, false);
        var out = Unpooled.buffer();
        encoder.announce(out, AddressFamily.IPV4_UNICAST, block, 0, block.length);
        encoder.prefix(Prefix.parse("203.0.113.10/32").high(), 0, 32);
        encoder.finish();
        assertArrayEquals(Hex.bytes("""
                FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0051 02
                0000                            # Withdrawn Routes Length
                0035                            # Total Path Attribute Length
                40 01 01 00                     # ORIGIN
                40 02 06 02 02 5BA0 FDE9        # AS_PATH: AS_TRANS 65001
                40 03 04 C0000201               # NEXT_HOP
                C0 07 06 5BA0 0A000001          # AGGREGATOR: AS_TRANS
                C0 11 0A 02 02 FA56EA01 0000FDE9 # AS4_PATH
                C0 12 08 FA56EA01 0A000001      # AS4_AGGREGATOR
                20 CB00710A
                """), ByteBufUtil.getBytes(out));
    }

    @Test
    void prependingPastAFullSegmentOpensANewOne() {
        var path = AsPath.sequence(1).prepend(Asn.of(2), 254).prepend(Asn.of(3), 2);
        assertEquals(2, path.segments().size());
        assertEquals(2, path.segments().getFirst().asns().size());
        assertEquals(257, path.length());
        var attributes = PathAttributes.of(path);
        assertEquals(attributes, PathAttributes.parse(attributes.encode()));
    }

    private static List<byte[]> messages(ByteBuf out, int longest) {
        var octets = ByteBufUtil.getBytes(out);
        var messages = new ArrayList<byte[]>();
        for (int at = 0; at < octets.length; ) {
            int length = Framing.length(octets, at, octets.length - at, longest);
            assertTrue(length > 0, "message at " + at + " is well framed");
            messages.add(Arrays.copyOfRange(octets, at, at + length));
            at += length;
        }
        return messages;
    }

    private List<Prefix> prefixes(AddressFamily family, int count) {
        var prefixes = new LinkedHashSet<Prefix>();
        for (int i = 0; i < count; i++) {
            prefixes.add(new Prefix(
                    family,
                    family == AddressFamily.IPV4_UNICAST ? (long) random.nextInt() << 32 : random.nextLong(),
                    family == AddressFamily.IPV4_UNICAST ? 0 : random.nextLong(),
                    random.nextInt(family.bits() + 1)));
        }
        return List.copyOf(prefixes);
    }

    /** What an iBGP peer can send: all mandatory attributes and some others. */
    private PathAttributes attributes(AddressFamily family) throws UnknownHostException {
        var list = new ArrayList<PathAttribute>();
        list.add(PathAttribute.Origin.values()[random.nextInt(3)]);
        list.add(path());
        list.add(nextHop(family));
        list.add(new PathAttribute.LocalPref(random.nextInt()));
        maybe(list, new PathAttribute.MultiExitDisc(random.nextInt()));
        maybe(list, new PathAttribute.AtomicAggregate());
        maybe(list, new PathAttribute.Aggregator(asn(), new RouterId(random.nextInt())));
        maybe(list, new PathAttribute.Communities(some(90, random::nextInt)));
        maybe(list, new PathAttribute.OriginatorId(new RouterId(random.nextInt())));
        maybe(list, new PathAttribute.ClusterList(some(5, () -> new RouterId(random.nextInt()))));
        maybe(list, new PathAttribute.ExtendedCommunities(some(40, () -> ExtendedCommunity.of(random.nextLong()))));
        maybe(
                list,
                new PathAttribute.LargeCommunities(some(
                        30,
                        () -> new PathAttribute.LargeCommunity(random.nextInt(), random.nextInt(), random.nextInt()))));
        maybe(list, new PathAttribute.OnlyToCustomer(asn()));
        maybe(list, new PathAttribute.Aigp(Octets.of(Hex.bytes("01 000B 0000000000000064"))));
        var value = new byte[random.nextInt(300)];
        random.nextBytes(value);
        maybe(list, new PathAttribute.Unknown(0xE0, 200 + random.nextInt(20), Octets.of(value)));
        return PathAttributes.of(list);
    }

    private void maybe(List<PathAttribute> list, PathAttribute attribute) {
        if (random.nextBoolean()) {
            list.add(attribute);
        }
    }

    private <T> List<T> some(int most, Supplier<T> element) {
        var list = new ArrayList<T>();
        for (int i = random.nextInt(1, most); i > 0; i--) {
            list.add(element.get());
        }
        return list;
    }

    private AsPath path() {
        var segments = new ArrayList<AsPath.Segment>();
        for (int i = random.nextInt(3); i > 0; i--) {
            var type = random.nextInt(4) == 0 ? AsPath.SegmentType.AS_SET : AsPath.SegmentType.AS_SEQUENCE;
            segments.add(new AsPath.Segment(type, some(60, this::asn)));
        }
        return new AsPath(segments);
    }

    private Asn asn() {
        return new Asn(random.nextBoolean() ? random.nextInt(1, 65_536) : random.nextInt() | 1);
    }

    private PathAttribute.NextHop nextHop(AddressFamily family) throws UnknownHostException {
        var octets = new byte[family.bits() / 8];
        random.nextBytes(octets);
        octets[0] = 32;
        if (family == AddressFamily.IPV4_UNICAST) {
            return new PathAttribute.NextHop(InetAddress.getByAddress(octets));
        }
        var address = Inet6Address.getByAddress(null, octets, -1);
        return random.nextBoolean()
                ? new PathAttribute.NextHop(address)
                : new PathAttribute.NextHop(address, InetAddress.ofLiteral("fe80::1"));
    }
}
