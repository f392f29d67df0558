package ecmplab.bgp.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Hex;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** UPDATE messages as octets, and what RFC 7606 makes of faulty ones. */
class UpdateDecoderTest {
    private static final Set<AddressFamily> BOTH = EnumSet.allOf(AddressFamily.class);
    private static final Prefix VIP = Prefix.parse("203.0.113.10/32");
    private static final String ORIGIN = "40 01 01 00";
    private static final String AS_PATH = "40 02 06 02 01 0000FDE9"; // sequence of 65001
    private static final String NEXT_HOP = "40 03 04 C0000201";
    private static final String MANDATORY = ORIGIN + AS_PATH + NEXT_HOP;
    private static final String NLRI = "20 CB00710A";
    private static final String MP_REACH = """
            80 0E 1B                # MP_REACH_NLRI, 27 octets
            0002 01                 # AFI IPv6, SAFI unicast
            10 20010DB8000000000000000000000001
            00                      # reserved
            28 20010DB800           # 2001:db8::/40""".replaceAll("#[^\\n]*", "");

    private static final Prefix V6 = Prefix.parse("2001:db8::/40");

    private final UpdateDecoder ebgp = new UpdateDecoder(true, true, BOTH);
    private final UpdateDecoder ibgp = new UpdateDecoder(false, true, BOTH);

    /** A message of these withdrawn routes, attributes and NLRI, in hex. */
    static byte[] update(String withdrawn, String attributes, String nlri) {
        var first = Hex.bytes(withdrawn);
        var second = Hex.bytes(attributes);
        var third = Hex.bytes(nlri);
        var message = new byte[23 + first.length + second.length + third.length];
        Arrays.fill(message, 0, 16, (byte) 0xFF);
        BigEndian.putInt16(message, 16, message.length);
        message[18] = 2;
        BigEndian.putInt16(message, 19, first.length);
        System.arraycopy(first, 0, message, 21, first.length);
        BigEndian.putInt16(message, 21 + first.length, second.length);
        System.arraycopy(second, 0, message, 23 + first.length, second.length);
        System.arraycopy(third, 0, message, 23 + first.length + second.length, third.length);
        return message;
    }

    private Update decode(String attributes) {
        return Update.decode(ebgp, update("", attributes, NLRI));
    }

    private static void assertWithdrawn(Update update) {
        var fault = update.fault();
        assertNotNull(fault, "no fault was found");
        assertEquals(Cost.TREAT_AS_WITHDRAW, fault.cost(), fault::toString);
        assertEquals(List.of(), update.announced());
        assertTrue(update.withdrawn().contains(VIP));
    }

    private static void assertReset(int code, int subcode, Update update) {
        var fault = update.fault();
        assertNotNull(fault, "no fault was found");
        assertEquals(Cost.SESSION_RESET, fault.cost(), fault::toString);
        assertEquals(code, fault.notification().code());
        assertEquals(subcode, fault.notification().subcode(), fault::toString);
        assertEquals(List.of(), update.announced());
        assertEquals(List.of(), update.withdrawn());
    }

    /** The routes stay, one attribute goes. */
    private static void assertDiscarded(int type, Update update) {
        var fault = update.fault();
        assertNotNull(fault, "no fault was found");
        assertEquals(Cost.DISCARD_ATTRIBUTE, fault.cost(), fault::toString);
        assertEquals(type, fault.attributeType());
        var attributes = update.announced().getFirst().attributes();
        assertTrue(attributes.list().stream().noneMatch(attribute -> attribute.type() == type), attributes::toString);
    }

    @Test
    void routesWithdrawalsAndAttributesAreRead() {
        var update = Update.decode(ebgp, update("18 0A0102 00", MANDATORY + "80 04 04 00000005", NLRI + "09 0AFF"));
        assertNull(update.fault());
        assertEquals(List.of(Prefix.parse("10.1.2.0/24"), Prefix.parse("0.0.0.0/0")), update.withdrawn());
        var expected = PathAttributes.of(
                PathAttribute.Origin.IGP,
                AsPath.sequence(65_001),
                new PathAttribute.NextHop(InetAddress.ofLiteral("192.0.2.1")),
                new PathAttribute.MultiExitDisc(5));
        // Bits of 10.255.0.0/9 beyond its length are cleared: 10.128.0.0/9.
        assertEquals(
                List.of(new Update.Announcement(
                        expected,
                        List.of(new Update.Route(VIP, 0), new Update.Route(Prefix.parse("10.128.0.0/9"), 0)))),
                update.announced());
    }

    @Test
    void bothFamiliesInOneMessageHaveTheirOwnNextHops() {
        for (var attributes : List.of(MP_REACH + MANDATORY, MANDATORY + MP_REACH)) {
            var update = decode(attributes);
            assertNull(update.fault());
            assertEquals(2, update.announced().size());
            var v6 = update.announced().get(1);
            assertEquals(List.of(V6), v6.prefixes());
            assertEquals(
                    InetAddress.ofLiteral("2001:db8::1"),
                    v6.attributes()
                            .find(PathAttribute.NextHop.class)
                            .orElseThrow()
                            .address());
        }
    }

    @Test
    void anIpv6NextHopMayCarryALinkLocalAddress() {
        var update = Update.decode(ebgp, update("", ORIGIN + AS_PATH + """
                80 0E 2B 0002 01 20
                20010DB8000000000000000000000001 FE800000000000000000000000000001
                00 28 20010DB800""", ""));
        assertNull(update.fault());
        assertEquals(
                new PathAttribute.NextHop(InetAddress.ofLiteral("2001:db8::1"), InetAddress.ofLiteral("fe80::1")),
                update.announced()
                        .getFirst()
                        .attributes()
                        .find(PathAttribute.NextHop.class)
                        .orElseThrow());
    }

    @Test
    void endOfRibIsAnEmptyUpdateOrAnEmptyMpUnreach() {
        assertEquals(
                Set.of(AddressFamily.IPV4_UNICAST),
                Update.decode(ebgp, update("", "", "")).endOfRib());
        assertEquals(
                Set.of(AddressFamily.IPV6_UNICAST),
                Update.decode(ebgp, update("", "80 0F 03 0002 01", "")).endOfRib());
        assertEquals(
                Set.of(AddressFamily.IPV6_UNICAST),
                Update.decode(ebgp, update("", "90 0F 0003 0002 01", "")).endOfRib());
        assertEquals(Set.of(), Update.decode(ebgp, update("", MANDATORY, "")).endOfRib());
        assertEquals(
                Set.of(),
                Update.decode(ebgp, update("", ORIGIN + "80 0F 03 0002 01", "")).endOfRib());
        assertEquals(
                Set.of(),
                Update.decode(ebgp, update("", "80 0F 05 0002 01 08 20", "")).endOfRib());
    }

    @Test
    void unknownAttributesPassWhenTransitiveAndGetThePartialBit() {
        var update = decode(MANDATORY + "C0 63 02 ABCD" + "80 64 01 EF");
        assertNull(update.fault());
        var attributes = update.announced().getFirst().attributes();
        assertEquals(
                List.of(new PathAttribute.Unknown(0xE0, 0x63, Octets.of((byte) 0xAB, (byte) 0xCD))),
                attributes.list().stream()
                        .filter(PathAttribute.Unknown.class::isInstance)
                        .toList());
    }

    @Test
    void anUnknownWellKnownAttributeEndsTheSession() {
        assertReset(3, 2, decode(MANDATORY + "40 63 02 ABCD"));
    }

    /** ORIGIN with Extended Length, and junk in the low four bits. */
    @ParameterizedTest
    @CsvSource({"50 01 0001 00", "4F 01 01 00", "5F 01 0001 00"})
    void extendedLengthAndUnusedFlagsMakeNoDifference(String origin) {
        var update = decode(origin + AS_PATH + NEXT_HOP);
        assertNull(update.fault());
        assertEquals(decode(MANDATORY).announced(), update.announced());
    }

    @Test
    void equalRoutesHaveEqualBlocksWhateverTheOrderAndTheFlags() {
        var blocks = new HashSet<Octets>();
        for (var attributes : List.of(
                MANDATORY + "C0 08 04 FDE90064",
                "D0 08 0004 FDE90064" + NEXT_HOP + "50 02 0006 02 01 0000FDE9" + ORIGIN)) {
            var message = update("", attributes, NLRI);
            ebgp.decode(message, 0, message.length, new BlockSink(blocks));
        }
        assertEquals(1, blocks.size());
    }

    private record BlockSink(Set<Octets> blocks) implements UpdateDecoder.Sink {
        @Override
        public void attributes(byte[] octets, int from, int length) {
            blocks.add(Octets.copy(octets, from, length));
        }

        @Override
        public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {}

        @Override
        public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {}

        @Override
        public void endOfRib(AddressFamily family) {}
    }

    @ParameterizedTest
    @CsvSource({
        "ORIGIN of 2 octets,             40 01 02 0000,             40 02 06 02 01 0000FDE9, 40 03 04 C0000201",
        "ORIGIN 3,                       40 01 01 03,               40 02 06 02 01 0000FDE9, 40 03 04 C0000201",
        "ORIGIN optional,                C0 01 01 00,               40 02 06 02 01 0000FDE9, 40 03 04 C0000201",
        "ORIGIN not transitive,          00 01 01 00,               40 02 06 02 01 0000FDE9, 40 03 04 C0000201",
        "segment type 5,                 40 01 01 00,               40 02 06 05 01 0000FDE9, 40 03 04 C0000201",
        "segment past the attribute,     40 01 01 00,               40 02 06 02 02 0000FDE9, 40 03 04 C0000201",
        "segment of none,                40 01 01 00,               40 02 02 02 00,          40 03 04 C0000201",
        "one octet left,                 40 01 01 00,               40 02 07 02 01 0000FDE9 02, 40 03 04 C0000201",
        "AS 0,                           40 01 01 00,               40 02 06 02 01 00000000, 40 03 04 C0000201",
        "confederation from outside,     40 01 01 00,               40 02 06 03 01 0000FDE9, 40 03 04 C0000201",
        "NEXT_HOP of 5 octets,           40 01 01 00,               40 02 06 02 01 0000FDE9, 40 03 05 C000020101",
        "NEXT_HOP loopback,              40 01 01 00,               40 02 06 02 01 0000FDE9, 40 03 04 7F000001",
        "NEXT_HOP 0/8,                   40 01 01 00,               40 02 06 02 01 0000FDE9, 40 03 04 00000001",
        "NEXT_HOP multicast,             40 01 01 00,               40 02 06 02 01 0000FDE9, 40 03 04 E0000001",
        "NEXT_HOP 240/4,                 40 01 01 00,               40 02 06 02 01 0000FDE9, 40 03 04 F0000001",
        "no ORIGIN,                      80 04 04 00000001,         40 02 06 02 01 0000FDE9, 40 03 04 C0000201",
        "no AS_PATH,                     40 01 01 00,               80 04 04 00000001,       40 03 04 C0000201",
        "no NEXT_HOP,                    40 01 01 00,               40 02 06 02 01 0000FDE9, 80 04 04 00000001"
    })
    void aFaultInAMandatoryAttributeWithdraws(String what, String origin, String path, String nextHop) {
        assertWithdrawn(decode(origin + path + nextHop));
    }

    @ParameterizedTest
    @CsvSource({
        "MED of 3 octets,                80 04 03 000000",
        "COMMUNITIES of none,            C0 08 00",
        "COMMUNITIES of 6 octets,        C0 08 06 000000000000",
        "COMMUNITIES not transitive,     80 08 04 00000000",
        "EXTENDED_COMMUNITIES of none,   C0 10 00",
        "EXTENDED_COMMUNITIES of 4,      C0 10 04 00000000",
        "LARGE_COMMUNITIES of none,      C0 20 00",
        "LARGE_COMMUNITIES of 8,         C0 20 08 0000000000000000",
        "attribute past the end,         80 04 05 00000000",
        "two octets at the end,          80 04",
        "three octets with extended,     90 04 00"
    })
    void aFaultInAnOptionalAttributeWithdraws(String what, String attribute) {
        assertWithdrawn(decode(MANDATORY + attribute));
    }

    @ParameterizedTest
    @CsvSource({
        "ATOMIC_AGGREGATE of 1 octet,     6, 40 06 01 00",
        "AGGREGATOR of 6 octets,          7, C0 07 06 FDE90A000001",
        "AGGREGATOR with AS 0,            7, C0 07 08 000000000A000001",
        "LOCAL_PREF from another AS,      5, 40 05 04 00000064",
        "LOCAL_PREF of 3 octets from it,  5, 40 05 03 000000",
        "ORIGINATOR_ID from another AS,   9, 80 09 04 0A000001",
        "CLUSTER_LIST of 3 from another, 10, 80 0A 03 0A0000",
        "AS4_PATH from a four-octet peer, 17, C0 11 06 02 01 0000FDE9",
        "AS4_AGGREGATOR from one,         18, C0 12 08 0000FDE90A000001"
    })
    void whatTouchesNoRouteIsDiscardedAlone(String what, int type, String attribute) {
        assertDiscarded(type, decode(MANDATORY + attribute));
    }

    @ParameterizedTest
    @CsvSource({
        "LOCAL_PREF of 3 octets,      40 05 03 000000",
        "ORIGINATOR_ID of 5 octets,   40 05 04 00000064 80 09 05 0A00000101",
        "CLUSTER_LIST of none,        40 05 04 00000064 80 0A 00",
        "no LOCAL_PREF,               80 04 04 00000001"
    })
    void withinTheAsTheseAreLookedAt(String what, String attributes) {
        assertWithdrawn(Update.decode(ibgp, update("", MANDATORY + attributes, NLRI)));
    }

    @Test
    void withinTheAsTheyAreKept() {
        var update = Update.decode(
                ibgp, update("", MANDATORY + "40 05 04 00000064 80 09 04 0A000001 80 0A 04 0A000002", NLRI));
        assertNull(update.fault());
        var attributes = update.announced().getFirst().attributes();
        assertEquals(
                new PathAttribute.LocalPref(100),
                attributes.find(PathAttribute.LocalPref.class).orElseThrow());
        assertEquals(
                new PathAttribute.OriginatorId(RouterId.parse("10.0.0.1")),
                attributes.find(PathAttribute.OriginatorId.class).orElseThrow());
    }

    @Test
    void ofADuplicateTheFirstIsKept() {
        var update = decode(MANDATORY + "80 04 04 00000005" + "80 04 04 00000006");
        var fault = update.fault();
        assertNotNull(fault);
        assertEquals(Cost.DISCARD_ATTRIBUTE, fault.cost());
        assertEquals(
                new PathAttribute.MultiExitDisc(5),
                update.announced()
                        .getFirst()
                        .attributes()
                        .find(PathAttribute.MultiExitDisc.class)
                        .orElseThrow());
    }

    @Test
    void aDuplicateOfTheRoutesThemselvesEndsTheSession() {
        assertReset(3, 1, decode(MANDATORY + MP_REACH + MP_REACH));
        assertReset(3, 1, decode(MANDATORY + "80 0F 03 0002 01" + "80 0F 03 0002 01"));
    }

    @Test
    void theStrongestOutcomeWinsWhateverTheOrder() {
        var discard = "40 06 01 00";
        var withdraw = "80 04 03 000000";
        var reset = "40 63 00";
        assertWithdrawn(decode(MANDATORY + discard + withdraw));
        assertWithdrawn(decode(MANDATORY + withdraw + discard));
        assertReset(3, 2, decode(MANDATORY + withdraw + reset + discard));
        assertReset(3, 2, decode(reset + withdraw + MANDATORY));
    }

    @Test
    void treatAsWithdrawCoversTheRoutesOfBothFields() {
        var update = decode(MANDATORY + "80 04 03 000000" + MP_REACH);
        assertWithdrawn(update);
        assertTrue(update.withdrawn().contains(V6));
    }

    @ParameterizedTest
    @CsvSource({
        "withdrawn routes past the end,  FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0017 02 0001 0000, 1",
        "attributes past the end,        FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0017 02 0000 0001, 1",
        "no room for attributes length,  FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0018 02 0002 0000 00, 1",
        "prefix of 33 bits,              FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 001D 02 0000 0000 21 0000000000, 10",
        "prefix past the end,            FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0019 02 0000 0000 10 0A, 10",
        "withdrawn prefix past the end,  FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0019 02 0002 10 0A 0000, 10"
    })
    void whereRoutesCannotBeFoundTheSessionEnds(String what, String message, int subcode) {
        assertReset(3, subcode, Update.decode(ebgp, Hex.bytes(message)));
    }

    @ParameterizedTest
    @CsvSource({
        "MP_REACH of 4 octets,            80 0E 04 0002 01 00",
        "next hop past the attribute,     80 0E 06 0002 01 10 20 00",
        "next hop of 8 octets,            80 0E 0D 0002 01 08 2001000000000000 00",
        "IPv4 with a next hop of 16,      80 0E 15 0001 01 10 20010DB8000000000000000000000001 00",
        "prefix of 129 bits,              80 0E 16 0002 01 10 20010DB8000000000000000000000001 00 81",
        "prefix past the attribute,       80 0E 17 0002 01 10 20010DB8000000000000000000000001 00 30 20",
        "MP_REACH past the attributes,    80 0E 40 0002 01",
        "MP_UNREACH of 2 octets,          80 0F 02 0002",
        "MP_UNREACH prefix past the end,  80 0F 05 0002 01 30 20"
    })
    void aBrokenMultiprotocolAttributeEndsTheSession(String what, String attribute) {
        var update = decode(MANDATORY + attribute);
        var fault = update.fault();
        assertNotNull(fault);
        assertEquals(Cost.SESSION_RESET, fault.cost(), fault::toString);
    }

    @Test
    void aNextHopAttributeWithoutIpv4RoutesIsIgnored() {
        var update = Update.decode(ebgp, update("", ORIGIN + AS_PATH + "40 03 02 0000" + MP_REACH, ""));
        assertNull(update.fault());
        assertEquals(List.of(V6), update.announced().getFirst().prefixes());
    }

    @Test
    void routesOfAFamilyThatWasNotNegotiatedAreIgnored() {
        var v4Only = new UpdateDecoder(true, true, EnumSet.of(AddressFamily.IPV4_UNICAST));
        var update = Update.decode(v4Only, update("", MANDATORY + MP_REACH, NLRI));
        var fault = update.fault();
        assertNotNull(fault);
        assertEquals(Cost.DISCARD_ATTRIBUTE, fault.cost());
        assertEquals(1, update.announced().size());

        var v6Only = new UpdateDecoder(true, true, EnumSet.of(AddressFamily.IPV6_UNICAST));
        assertEquals(
                List.of(), Update.decode(v6Only, update(NLRI, MANDATORY, NLRI)).announced());
        assertEquals(
                List.of(), Update.decode(v6Only, update(NLRI, MANDATORY, NLRI)).withdrawn());
        assertEquals(Set.of(), Update.decode(v6Only, update("", "", "")).endOfRib());
    }

    @Test
    void aFaultSaysWhereItIsAndCarriesTheAttribute() {
        var fault = decode(MANDATORY + "80 04 03 000000").fault();
        assertNotNull(fault);
        int mandatory = Hex.bytes(MANDATORY).length;
        assertEquals(23 + mandatory, fault.offset());
        assertEquals(
                Octets.of(Hex.bytes("80 04 03 000000")), fault.notification().data());
        assertTrue(fault.reason().contains("MULTI_EXIT_DISC of 3 octets: must be 4"), fault::reason);
    }

    @Test
    void everyFaultIsListedWithItsRule() {
        var update = decode(ORIGIN + "40 02 06 05 01 0000FDE9" + NEXT_HOP + "80 04 03 000000" + "40 06 01 00");
        assertWithdrawn(update);
        assertEquals(
                List.of("2 RFC 7606 section 7.2", "4 RFC 7606 section 7.4", "6 RFC 7606 section 7.6"),
                update.faults().stream()
                        .map(fault -> fault.attributeType() + " " + fault.rule())
                        .toList());
        assertEquals(update.faults().getFirst(), update.fault());
    }

    /** RFC 7606 section 5.2: the routes may be hidden in what is broken. */
    @ParameterizedTest
    @CsvSource({
        "MED of 3 octets,           '', 80 04 03 000000",
        "with withdrawn routes,     20 CB00710A, 40 01 01 03",
        "with an MP_UNREACH,        '', 80 04 03 000000 80 0F 05 0002 01 08 20",
        "with an empty MP_REACH,    '', 80 04 03 000000 80 0E 15 0002 01 10 20010DB8000000000000000000000001 00",
        "two octets at the end,     '', 80 0F 03 0002 01 80 04"
    })
    void withoutReachableRoutesAFaultThatWithdrawsEndsTheSession(String what, String withdrawn, String attributes) {
        var update = Update.decode(ebgp, update(withdrawn, attributes, ""));
        var fault = update.fault();
        assertNotNull(fault);
        assertEquals(Cost.SESSION_RESET, fault.cost(), fault::toString);
        assertEquals(List.of(), update.withdrawn());
    }

    @Test
    void aDiscardWithoutReachableRoutesLeavesTheWithdrawals() {
        var update = Update.decode(ebgp, update(NLRI, "40 06 01 00", ""));
        assertTrue(update.costs(Cost.DISCARD_ATTRIBUTE));
        assertEquals(List.of(VIP), update.withdrawn());
    }

    @Test
    void onlyToCustomerHasFourOctets() {
        var update = decode(MANDATORY + "C0 23 04 0000FDE9");
        assertNull(update.fault());
        assertEquals(
                new PathAttribute.OnlyToCustomer(Asn.of(65_001)),
                update.announced()
                        .getFirst()
                        .attributes()
                        .find(PathAttribute.OnlyToCustomer.class)
                        .orElseThrow());
        assertWithdrawn(decode(MANDATORY + "C0 23 03 00FDE9"));
        assertWithdrawn(decode(MANDATORY + "80 23 04 0000FDE9"));
    }

    @Test
    void ipv6ExtendedCommunitiesAreCarriedAsTheyAre() {
        var value = "000220010DB80000000000000000000000010064";
        var update = decode(MANDATORY + "C0 19 14" + value);
        assertNull(update.fault());
        var attributes = update.announced().getFirst().attributes();
        assertEquals(
                new PathAttribute.Ipv6ExtendedCommunities(Octets.of(Hex.bytes(value))),
                attributes.list().getLast());
        assertEquals(Set.of(), attributes.partial());
        assertWithdrawn(decode(MANDATORY + "C0 19 13" + value.substring(2)));
        assertWithdrawn(decode(MANDATORY + "C0 19 00"));
    }

    @Test
    void theAccumulatedMetricStaysWithinTheAs() {
        var aigp = "80 1A 0B 01 000B 0000000000000064";
        var local = "40 05 04 00000064";
        assertTrue(Update.decode(ibgp, update("", MANDATORY + local + aigp, NLRI))
                .announced()
                .getFirst()
                .attributes()
                .find(PathAttribute.Aigp.class)
                .isPresent());
        var external = decode(MANDATORY + aigp);
        assertNull(external.fault());
        assertEquals(decode(MANDATORY), external);
        for (var broken :
                List.of("80 1A 00", "80 1A 0A 01 000A 00000000000064", "80 1A 03 02 0004", "C0" + aigp.substring(2))) {
            var update = Update.decode(ibgp, update("", MANDATORY + local + broken, NLRI));
            assertDiscarded(26, update);
        }
    }

    @Test
    void pathIdentifiersAreReadPerFamily() {
        var options = UpdateOptions.of(true, true, BOTH);
        var v4 = new UpdateDecoder(options.withAddPath(EnumSet.of(AddressFamily.IPV4_UNICAST)));
        var update = Update.decode(
                v4, update("00000007 18 0A0102", MANDATORY + MP_REACH, "00000001 20 CB00710A FFFFFFFF 20 CB00710A"));
        assertNull(update.fault());
        assertEquals(List.of(new Update.Route(Prefix.parse("10.1.2.0/24"), 7)), update.withdrawnRoutes());
        assertEquals(
                List.of(new Update.Route(VIP, 1), new Update.Route(VIP, -1)),
                update.announced().getFirst().routes());
        assertEquals(List.of(new Update.Route(V6, 0)), update.announced().get(1).routes());

        var v6 = new UpdateDecoder(options.withAddPath(EnumSet.of(AddressFamily.IPV6_UNICAST)));
        var other = Update.decode(v6, update("", MANDATORY + """
                80 0E 1F 0002 01 10 20010DB8000000000000000000000001 00 00000009 28 20010DB800
                80 0F 0D 0002 01 00000002 28 20010DB801""", NLRI));
        assertNull(other.fault());
        assertEquals(
                List.of(new Update.Route(VIP, 0)), other.announced().getFirst().routes());
        assertEquals(List.of(new Update.Route(V6, 9)), other.announced().get(1).routes());
        assertEquals(List.of(new Update.Route(Prefix.parse("2001:db8:100::/40"), 2)), other.withdrawnRoutes());
    }

    @ParameterizedTest
    @CsvSource({"00000001 20 CB0071", "00000001", "000000", "00000001 21 CB00710A00", "20 CB00710A"})
    void aPrefixWithoutItsPathIdentifierEndsTheSession(String nlri) {
        var decoder = new UpdateDecoder(
                UpdateOptions.of(true, true, BOTH).withAddPath(EnumSet.of(AddressFamily.IPV4_UNICAST)));
        assertReset(3, 10, Update.decode(decoder, update("", MANDATORY, nlri)));
    }

    @ParameterizedTest
    @CsvSource({
        "16, 20010DB8000000000000000000000001",
        "32, 20010DB8000000000000000000000001FE800000000000000000000000000001"
    })
    void ipv4RoutesMayHaveAnIpv6NextHopWhereThatWasAgreedOn(int size, String nextHop) {
        var reach = "90 0E 00" + String.format("%02X", 5 + size + 5) + "0001 01" + String.format("%02X", size) + nextHop
                + "00 20 CB00710A";
        var agreed = new UpdateDecoder(
                UpdateOptions.of(true, true, BOTH).withExtendedNextHop(EnumSet.of(AddressFamily.IPV4_UNICAST)));
        var message = update("", ORIGIN + AS_PATH + reach, "");
        var update = Update.decode(agreed, message);
        assertNull(update.fault());
        var announcement = update.announced().getFirst();
        assertEquals(List.of(VIP), announcement.prefixes());
        assertEquals(
                InetAddress.ofLiteral("2001:db8::1"),
                announcement
                        .attributes()
                        .find(PathAttribute.NextHop.class)
                        .orElseThrow()
                        .address());
        assertReset(3, 9, Update.decode(ebgp, message));
    }

    @Test
    void otherFamiliesAreIgnoredWhateverTheirRoutesLookLike() {
        var update = decode(MANDATORY + "80 0E 0C 4004 47 04 C0000201 00 FFFFFF" + "80 0F 06 0001 80 FFFFFF");
        assertTrue(update.costs(Cost.DISCARD_ATTRIBUTE));
        assertEquals(1, update.announced().size());
        assertEquals(List.of(), update.withdrawn());
    }

    @Test
    void aTwoOctetPathThatNoAttributeCanHoldWidenedWithdraws() {
        var options = UpdateOptions.of(true, false, BOTH).withMaxMessageSize(65_535);
        var segment = "02 FF" + "FDE9".repeat(255);
        var path = "50 02" + String.format("%04X", 512 * 64) + segment.repeat(64);
        assertNull(Update.decode(new UpdateDecoder(options), update("", ORIGIN + path + NEXT_HOP, NLRI))
                .fault());
        var longer = "50 02" + String.format("%04X", 512 * 65) + segment.repeat(65);
        assertWithdrawn(Update.decode(new UpdateDecoder(options), update("", ORIGIN + longer + NEXT_HOP, NLRI)));
    }

    // Peers with two-octet AS numbers (RFC 6793 section 4.2.3).

    private static Update fromNarrow(String attributes) {
        var narrow = new UpdateDecoder(true, false, BOTH);
        return Update.decode(narrow, update("", ORIGIN + attributes + NEXT_HOP, NLRI));
    }

    private static AsPath path(Update update) {
        return update.announced().getFirst().attributes().find(AsPath.class).orElseThrow();
    }

    @Test
    void twoOctetNumbersAreWidened() {
        assertEquals(AsPath.sequence(65_001, 23_456), path(fromNarrow("40 02 06 02 02 FDE9 5BA0")));
    }

    @Test
    void as4PathStandsForTheTailOfThePath() {
        assertEquals(
                AsPath.sequence(65_001).segments().getFirst(),
                path(fromNarrow("40 02 08 02 03 FDE9 5BA0 FDEA" + "C0 11 0A 02 02 FA56EA01 0000FDEA"))
                        .segments()
                        .getFirst());
        assertEquals(
                "65001 4200000001 65002",
                path(fromNarrow("40 02 08 02 03 FDE9 5BA0 FDEA" + "C0 11 0A 02 02 FA56EA01 0000FDEA"))
                        .toString());
    }

    @Test
    void aLongerAs4PathThanPathIsIgnored() {
        assertEquals(
                AsPath.sequence(23_456), path(fromNarrow("40 02 04 02 01 5BA0" + "C0 11 0A 02 02 FA56EA01 0000FDEA")));
    }

    @Test
    void aSetCountsOneInTheReconstruction() {
        var update = fromNarrow(
                "40 02 0C 02 02 FDE9 5BA0 01 02 FDEB FDEC" + "C0 11 10 02 01 FA56EA01 01 02 0000FDEB 0000FDEC");
        assertEquals("65001 4200000001 {65003 65004}", path(update).toString());
    }

    @Test
    void aBrokenAs4PathIsDiscardedAlone() {
        var update = fromNarrow("40 02 04 02 01 5BA0" + "C0 11 05 02 01 FA56EA");
        assertDiscarded(17, update);
        assertEquals(AsPath.sequence(23_456), path(update));
    }

    @Test
    void anAggregatorThatIsNotAsTransMakesBothAs4AttributesVoid() {
        var as4 = "C0 11 06 02 01 FA56EA01" + "C0 12 08 FA56EA01 0A000001";
        var later = fromNarrow("40 02 04 02 01 5BA0" + "C0 07 06 FDE9 0A000009" + as4);
        assertEquals(AsPath.sequence(23_456), path(later));
        assertEquals(
                new PathAttribute.Aggregator(Asn.of(65_001), RouterId.parse("10.0.0.9")),
                later.announced()
                        .getFirst()
                        .attributes()
                        .find(PathAttribute.Aggregator.class)
                        .orElseThrow());

        var trans = fromNarrow("40 02 04 02 01 5BA0" + "C0 07 06 5BA0 0A000001" + as4);
        assertEquals(AsPath.sequence(4_200_000_001L).toString(), path(trans).toString());
        assertEquals(
                new PathAttribute.Aggregator(Asn.of(4_200_000_001L), RouterId.parse("10.0.0.1")),
                trans.announced()
                        .getFirst()
                        .attributes()
                        .find(PathAttribute.Aggregator.class)
                        .orElseThrow());
    }
}
