package ecmplab.bgp.mrt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.attribute.Update;
import ecmplab.bgp.mrt.MrtRecord.Damaged;
import ecmplab.bgp.mrt.MrtRecord.Ends;
import ecmplab.bgp.mrt.MrtRecord.Path;
import ecmplab.bgp.mrt.MrtRecord.TableEntry;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.testkit.Hex;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MRT files that are written are read again, and damaged ones come to a record that says so. */
class MrtRoundTripTest {
    private final SplittableRandom random = new SplittableRandom(20_260_103);

    static List<MrtRecord> read(byte[] file) throws IOException {
        var reader = new MrtReader(new ByteArrayInputStream(file));
        var records = new ArrayList<MrtRecord>();
        for (var record = reader.read(); record != null; record = reader.read()) {
            records.add(record);
        }
        return records;
    }

    static byte[] write(List<MrtRecord> records) throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new MrtWriter(out);
        for (var record : records) {
            writer.write(record);
        }
        return out.toByteArray();
    }

    @Test
    void recordsOfAllKindsSurvive() throws IOException {
        var records = new ArrayList<MrtRecord>();
        for (int i = 0; i < 2000; i++) {
            records.add(record());
        }
        var file = write(records);
        assertEquals(records, read(file));
        assertArrayEquals(file, write(read(file)));
    }

    @Test
    void aKeepaliveHasTheOctetsOfRfc6396() throws IOException {
        var keepalive = Octets.of(Hex.bytes("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0013 04"));
        var ends = new Ends(
                Asn.of(4_200_000_001L),
                Asn.of(65_001),
                3,
                InetAddress.ofLiteral("192.0.2.1"),
                InetAddress.ofLiteral("192.0.2.2"));
        var message =
                new MrtRecord.Message(Instant.ofEpochSecond(1_700_000_000, 5_000), ends, true, false, false, keepalive);
        assertArrayEquals(Hex.bytes("""
                6553F100 0011 0004 0000002B     # time, BGP4MP_ET, MESSAGE_AS4, length
                00000005                        # microseconds
                FA56EA01 0000FDE9 0003 0001     # peer AS, local AS, interface, AFI
                C0000201 C0000202
                FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 0013 04
                """), write(List.of(message)));
    }

    @Test
    void aFileThatIsCutEndsWithADamagedRecord() throws IOException {
        var records = List.of(record(), record(), record());
        var file = write(records);
        int twoRecords = write(records.subList(0, 2)).length;
        for (int length = twoRecords + 1; length < file.length; length++) {
            var found = read(Arrays.copyOf(file, length));
            assertEquals(records.subList(0, 2), found.subList(0, 2));
            assertEquals(3, found.size());
            assertEquals(
                    twoRecords, assertInstanceOf(Damaged.class, found.get(2)).offset());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "an AFI of 3,                  00000000 0010 0004 00000014 00000001 00000002 0000 0003 00000000 00000000",
        "a prefix of 33 bits,          00000000 000D 0002 0000000C 00000000 21 0000000000 0000",
        "a path past the body,         00000000 000D 0002 00000008 00000000 00 0001 00",
        "octets after the last path,   00000000 000D 0002 00000008 00000000 00 0000 00",
        "a state change of one octet,  00000000 0010 0000 00000011 0001 0002 0000 0001 00000000 0000 0000 00",
        "a million microseconds,       00000000 0011 0004 00000004 000F4240",
        "a peer past the body,         00000000 000D 0001 00000008 0A000001 0000 0001"
    })
    void aDamagedRecordIsSkippedAndNamed(String what, String record) throws IOException {
        var octets = Hex.bytes(record);
        var intact = record();
        var file = new ByteArrayOutputStream();
        file.write(octets);
        file.write(write(List.of(intact)));
        var found = read(file.toByteArray());
        assertInstanceOf(Damaged.class, found.getFirst());
        assertEquals(intact, found.getLast());
        assertEquals(2, found.size());
    }

    @Test
    void aClaimOfFourGigabytesEndsTheReadingWithoutThatMemory() throws IOException {
        var found = read(Hex.bytes("00000000 0010 0004 FFFFFFFF 00"));
        assertTrue(assertInstanceOf(Damaged.class, found.getFirst()).reason().contains("4294967295"));
        assertEquals(1, found.size());
    }

    /** A block becomes the attributes of a table dump and, read as an UPDATE, itself again. */
    @ParameterizedTest
    @CsvSource({
        "203.0.113.0/24, 192.0.2.1, false",
        "203.0.113.0/24, 2001:db8::1, true",
        "2001:db8::/48, 2001:db8::1, false",
        "2001:db8::/48, ::ffff:192.0.2.1, true"
    })
    void pathsOfATableReadAsUpdates(String prefix, String nextHop, boolean addPath) {
        var attributes = PathAttributes.of(
                PathAttribute.Origin.EGP,
                AsPath.sequence(65_001, 4_200_000_001L),
                new PathAttribute.NextHop(InetAddress.ofLiteral("2001:db8::1")),
                PathAttribute.Communities.of(0xFDE9_0064));
        if (!nextHop.startsWith("::ffff")) {
            attributes = attributes.with(new PathAttribute.NextHop(InetAddress.ofLiteral(nextHop)));
        }
        var destination = Prefix.parse(prefix);
        var dumped = TablePaths.ofBlock(destination.family(), Octets.of(attributes.encode()));
        var path = new Path(0, Instant.EPOCH, addPath ? 7 : 0, dumped);
        var update = new TablePaths().read(new TableEntry(Instant.EPOCH, 0, destination, addPath, List.of(path)), path);
        assertNotNull(update);
        assertNull(update.fault());
        assertEquals(
                List.of(new Update.Announcement(attributes, List.of(new Update.Route(destination, addPath ? 7 : 0)))),
                update.announced());
    }

    @Test
    void theWholeMpReachNlriIsReadAsWell() {
        var prefix = Prefix.parse("2001:db8::/40");
        var path = new Path(0, Instant.EPOCH, 0, Octets.of(Hex.bytes("""
                40 01 01 00
                80 0E 1B 0002 01 10 20010DB8000000000000000000000001 00 28 20010DB800
                40 02 06 02 01 0000FDE9""")));
        var update = new TablePaths().read(new TableEntry(Instant.EPOCH, 0, prefix, false, List.of(path)), path);
        assertNotNull(update);
        assertNull(update.fault());
        assertEquals(List.of(prefix), update.announced().getFirst().prefixes());
    }

    @Test
    void brokenAttributesOfAPathAreFaultsNotExceptions() {
        var octets = new byte[40];
        var tables = new TablePaths();
        for (int round = 0; round < 20_000; round++) {
            random.nextBytes(octets);
            octets[1] = (byte) (random.nextBoolean() ? 14 : random.nextInt(36));
            octets[2] = (byte) random.nextInt(36);
            var path = new Path(0, Instant.EPOCH, 0, Octets.copy(octets, 0, random.nextInt(40)));
            var family = AddressFamily.values()[random.nextInt(2)];
            var prefix = new Prefix(family, random.nextLong(), 0, random.nextInt(32));
            assertNotNull(tables.read(new TableEntry(Instant.EPOCH, 0, prefix, false, List.of(path)), path));
        }
    }

    private MrtRecord record() {
        boolean v6 = random.nextBoolean();
        boolean wide = random.nextBoolean();
        var seconds = Instant.ofEpochSecond(random.nextLong(1L << 32));
        var at = seconds.plusNanos(1000L * random.nextInt(1_000_000));
        return switch (random.nextInt(5)) {
            case 0 ->
                new MrtRecord.Message(at, ends(v6, wide), wide, random.nextBoolean(), random.nextBoolean(), some(200));
            case 1 -> new MrtRecord.StateChange(at, ends(v6, wide), wide, random.nextInt(1, 7), random.nextInt(1, 7));
            case 2 ->
                new MrtRecord.PeerIndex(
                        seconds,
                        new RouterId(random.nextInt()),
                        "größte",
                        List.of(
                                new MrtRecord.Peer(new RouterId(1), address(v6), new Asn(random.nextInt())),
                                new MrtRecord.Peer(new RouterId(2), address(!v6), Asn.of(65_001))));
            case 3 -> entry(seconds, v6);
            default -> new MrtRecord.Other(seconds, 48, 1, some(40));
        };
    }

    private TableEntry entry(Instant at, boolean v6) {
        boolean addPath = random.nextBoolean();
        var prefix = new Prefix(
                v6 ? AddressFamily.IPV6_UNICAST : AddressFamily.IPV4_UNICAST,
                v6 ? random.nextLong() : (long) random.nextInt() << 32,
                v6 ? random.nextLong() : 0,
                random.nextInt(v6 ? 129 : 33));
        var paths = new ArrayList<Path>();
        for (int i = random.nextInt(4); i > 0; i--) {
            int pathId = addPath ? random.nextInt() : 0;
            paths.add(new Path(random.nextInt(65_536), Instant.ofEpochSecond(i), pathId, some(100)));
        }
        return new TableEntry(at, random.nextInt(), prefix, addPath, paths);
    }

    private Ends ends(boolean v6, boolean wide) {
        int mask = wide ? -1 : 0xFFFF;
        return new Ends(
                new Asn(random.nextInt() & mask),
                new Asn(random.nextInt() & mask),
                random.nextInt(65_536),
                address(v6),
                address(v6));
    }

    private InetAddress address(boolean v6) {
        return InetAddress.ofLiteral(
                v6 ? "2001:db8::" + Integer.toHexString(random.nextInt(65_536)) : "192.0.2." + random.nextInt(256));
    }

    private Octets some(int most) {
        var octets = new byte[random.nextInt(most)];
        random.nextBytes(octets);
        return Octets.of(octets);
    }
}
