package ecmplab.bgp.mrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.Update;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.interop.Daemon;
import ecmplab.bgp.mrt.MrtRecord.Damaged;
import ecmplab.bgp.mrt.MrtRecord.Message;
import ecmplab.bgp.mrt.MrtRecord.PeerIndex;
import ecmplab.bgp.mrt.MrtRecord.StateChange;
import ecmplab.bgp.mrt.MrtRecord.TableEntry;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Prefix;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** MRT files as BIRD and FRR write them. */
class MrtInteropTest {
    private static final InetAddress BIRD = InetAddress.ofLiteral("127.0.0.6");
    private static final InetAddress FRR = InetAddress.ofLiteral("127.0.0.7");
    private static final Prefix V4 = Prefix.parse("198.51.100.0/24");
    private static final Prefix V6 = Prefix.parse("2001:db8:5::/48");

    @TempDir
    Path folder;

    private static <T> List<T> all(List<MrtRecord> records, Class<T> kind) {
        return records.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static List<MrtRecord> readIfThere(Path file) throws IOException {
        return Files.exists(file) ? MrtRoundTripTest.read(Files.readAllBytes(file)) : List.of();
    }

    @Test
    @Needs({Need.BIRD, Need.FRR})
    void whatBirdAndFrrRecordIsReadWithoutDamage() throws Exception {
        int birdPort = Daemon.freePort(BIRD);
        int frrPort = Daemon.freePort(FRR);
        var birdMessages = folder.resolve("bird-messages.mrt");
        var birdTable = folder.resolve("bird-table.mrt");
        var frrMessages = folder.resolve("frr-messages.mrt");
        var frrTable = folder.resolve("frr-table.mrt");
        var birdFolder = Files.createDirectory(folder.resolve("bird"));
        var frrFolder = Files.createDirectory(folder.resolve("frr"));
        try (var bird = Daemon.bird(birdFolder, """
                        router id 10.0.0.6;
                        mrtdump "%s";
                        mrtdump protocols all;
                        protocol device {}
                        protocol static { ipv4; route 198.51.100.0/24 unreachable; }
                        protocol static { ipv6; route 2001:db8:5::/48 unreachable; }
                        protocol bgp frr {
                          local 127.0.0.6 port %d as 4200000006;
                          neighbor 127.0.0.7 port %d as 65007;
                          multihop;
                          strict bind yes;
                          connect retry time 1; connect delay time 1; error wait time 1, 2;
                          ipv4 { import all; export filter { bgp_next_hop = 192.0.2.6; bgp_community.add((65006, 7)); accept; }; };
                          ipv6 { import all; export filter { bgp_next_hop = 2001:db8::6; accept; }; };
                        }
                        """.formatted(birdMessages, birdPort, frrPort));
                var frr = Daemon.frr(frrFolder, FRR, frrPort, """
                        dump bgp all-et %s
                        dump bgp routes-mrt %s 1
                        router bgp 65007
                         bgp router-id 10.0.0.7
                         no bgp ebgp-requires-policy
                         no bgp network import-check
                         neighbor 127.0.0.6 remote-as 4200000006
                         neighbor 127.0.0.6 port %d
                         neighbor 127.0.0.6 update-source 127.0.0.7
                         neighbor 127.0.0.6 disable-connected-check
                         neighbor 127.0.0.6 ebgp-multihop
                         address-family ipv4 unicast
                          network 203.0.113.0/24
                          neighbor 127.0.0.6 route-map hop out
                         exit-address-family
                         address-family ipv6 unicast
                          neighbor 127.0.0.6 activate
                         exit-address-family
                        route-map hop permit 10
                         set ip next-hop 192.0.2.7
                        """.formatted(frrMessages, frrTable, birdPort))) {
            Await.until(
                    "FRR has the route",
                    () -> frr.ask("show bgp ipv4 unicast " + V4).contains("4200000006"));
            Await.until(
                    "FRR has the IPv6 route",
                    () -> frr.ask("show bgp ipv6 unicast " + V6).contains("4200000006"));
            Await.until(
                    "BIRD has the route",
                    () -> bird.ask("show route 203.0.113.0/24").contains("AS65007"));
            bird.ask("mrt dump table \"*\" to \"" + birdTable + "\"");
            Await.until(
                    "BIRD has written its table",
                    () -> !all(readIfThere(birdTable), TableEntry.class).isEmpty()
                            && all(readIfThere(birdTable), Damaged.class).isEmpty());
            Await.until("FRR has written a table with both routes", () -> {
                var prefixes = new HashSet<Prefix>();
                all(readIfThere(frrTable), TableEntry.class).forEach(entry -> prefixes.add(entry.prefix()));
                return prefixes.containsAll(Set.of(V4, V6));
            });
            Await.until(
                    "FRR has recorded the routes",
                    () -> announcements(readIfThere(frrMessages)).containsAll(Set.of(V4, V6)));
        }
        checkTable(readIfThere(birdTable), false);
        checkTable(readIfThere(frrTable), true);
        for (var file : List.of(birdMessages, frrMessages)) {
            var records = readIfThere(file);
            assertEquals(List.of(), all(records, MrtRecord.Other.class), file::toString);
            assertTrue(!all(records, StateChange.class).isEmpty(), file::toString);
            assertTrue(!all(records, Message.class).isEmpty(), file::toString);
        }
    }

    /** Prefixes of all UPDATEs, each of which is framed and without a fault. */
    private static Set<Prefix> announcements(List<MrtRecord> records) {
        var prefixes = new HashSet<Prefix>();
        for (var message : all(records, Message.class)) {
            var octets = message.message().toArray();
            assertEquals(octets.length, Framing.length(octets, 0, octets.length, Framing.EXTENDED_MESSAGE));
            if (octets[18] == Framing.UPDATE) {
                var update = Update.decode(new UpdateDecoder(TablePaths.options(message.addPath(), true)), octets);
                assertNull(update.fault());
                update.announced().forEach(announcement -> prefixes.addAll(announcement.prefixes()));
            }
        }
        return prefixes;
    }

    private static void checkTable(List<MrtRecord> records, boolean learnt) {
        var peers = all(records, PeerIndex.class).getLast().peers();
        var tables = new TablePaths();
        var found = new HashSet<Prefix>();
        for (var entry : all(records, TableEntry.class)) {
            for (var path : entry.paths()) {
                assertTrue(path.peer() < peers.size());
                if (peers.get(path.peer()).address().isAnyLocalAddress()) {
                    continue; // the daemon's own route: without attributes, or with next hop 0.0.0.0
                }
                var update = tables.read(entry, path);
                assertNotNull(update);
                assertNull(update.fault(), () -> entry.prefix() + " " + path);
                found.add(entry.prefix());
                if (learnt && entry.prefix().equals(V4)) {
                    var attributes = update.announced().getFirst().attributes();
                    assertEquals(
                            AsPath.sequence(4_200_000_006L),
                            attributes.find(AsPath.class).orElseThrow());
                    assertEquals(
                            PathAttribute.Communities.of(65006 << 16 | 7),
                            attributes.find(PathAttribute.Communities.class).orElseThrow());
                }
            }
        }
        if (learnt) {
            assertTrue(found.containsAll(Set.of(V4, V6)), found::toString);
        } else {
            assertTrue(found.contains(Prefix.parse("203.0.113.0/24")), found::toString);
        }
    }
}
