package ecmplab.hostagent.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SecondChanceTest {
    private static final int FIRST_GENERATION = 65_530; // the numbers wrap within each test

    /** Tables with one owner. */
    private static final Map<Member, MaglevTable> TABLES = new HashMap<>();

    private final FlowTuple flow = new FlowTuple().ipv4(Fabric.CLIENT, Fabric.VIP, IpProtocol.TCP, 40_000, 80);

    /** Generation numbers as the SLB manager counts them: after 65535 comes 1. */
    private static int number(int index) {
        return (FIRST_GENERATION - 1 + index) % 65_535 + 1;
    }

    /** What a host knows that keeps generations {@code oldest} to {@code newest}; in each, one host owns everything. */
    private static EndpointTable known(int[] ownerByGeneration, int oldest, int newest) {
        var versions = new ArrayList<TableVersion>();
        for (int index = newest; index >= oldest; index--) {
            versions.add(Fabric.version(
                    number(index), State.RETIRED, Fabric.member(ownerByGeneration[index], 1 + index % 3)));
        }
        var policy = new EndpointPolicy(
                Fabric.endpoint(IpProtocol.TCP), Affinity.FIVE_TUPLE, false, Duration.ofMinutes(4), versions);
        var tables = versions.stream()
                .map(version -> TABLES.computeIfAbsent(version.members().getFirst(), owner -> MaglevTable.of(version)))
                .toList();
        return new EndpointTable(policy, tables, own(0), Set.of(), new Vm[0]);
    }

    private static HostAddresses own(int host) {
        return new HostAddresses(List.of(Ipv4.address(address(host))));
    }

    private static int host(Backend backend) {
        return (int) backend.hostLow();
    }

    private static int address(int host) {
        return Packets.ip("10.0.0." + host);
    }

    private static long tag(int index, int hop, int flags) {
        return FrameTag.bits(1, number(index), hop, flags, 0);
    }

    @Test
    void ownersAreAskedFromTheFramesGenerationBackwardsThenForwards() {
        int[] owners = {3, 2, 1, 1, 4}; // oldest first; the frame is of generation 2
        var endpoint = known(owners, 0, 4);
        var at1 = new SecondChance(own(1));
        var second = at1.next(endpoint, flow, tag(2, 0, 0));
        assertNotNull(second);
        assertEquals(address(2), host(second));
        assertFalse(at1.newer());
        var third = new SecondChance(own(2)).next(endpoint, flow, tag(2, 1, 0));
        assertNotNull(third);
        assertEquals(address(3), host(third));
        var at3 = new SecondChance(own(3));
        var fourth = at3.next(endpoint, flow, tag(2, 2, 0));
        assertNotNull(fourth);
        assertEquals(address(4), host(fourth), "host 1, the owner of the frame's generation, is not asked again");
        assertTrue(at3.newer());
        assertNull(new SecondChance(own(4)).next(endpoint, flow, tag(2, 3, FrameTag.NEWER_PART)));
    }

    @Test
    void aFrameFromAFlowTableStartsWithTheSlotsOwner() {
        int[] owners = {3, 2, 1};
        var next = new SecondChance(own(3)).next(known(owners, 0, 2), flow, tag(2, 0, FrameTag.FROM_FLOW_TABLE));
        assertNotNull(next);
        assertEquals(address(1), host(next));
    }

    @Test
    void oneHostInAllGenerationsLeavesNobodyToAsk() {
        int[] owners = {1, 1, 1};
        assertNull(new SecondChance(own(1)).next(known(owners, 0, 2), flow, tag(1, 0, 0)));
    }

    @Test
    void generationsCompareAcrossTheirWrap() {
        assertTrue(EndpointTable.isNewer(1, 65_535));
        assertTrue(EndpointTable.isNewer(3, 2));
        assertFalse(EndpointTable.isNewer(65_535, 1));
        assertFalse(EndpointTable.isNewer(7, 7));
    }

    /**
     * Each host knows generations of its own oldest to its own newest, all of them those that any MUX still uses. Wherever among
     * the owners in these a flow lives, and whichever of these a MUX tags its frame with, the walk comes to it, unless more hosts
     * than the hop bound allows stand before it.
     */
    @Test
    void everyOwnerIsReachedHoweverHostsDifferInWhatTheyKnow() {
        int reached = 0;
        for (long seed = 0; seed < 5_000; seed++) {
            var random = new Random(seed);
            int generations = 3 + random.nextInt(8);
            int hosts = 2 + random.nextInt(5);
            int[] owners = random.ints(generations, 1, hosts + 1).toArray();
            int commonOldest = random.nextInt(generations);
            int commonNewest = commonOldest + random.nextInt(generations - commonOldest);
            var endpoints = new ArrayList<EndpointTable>();
            for (int host = 1; host <= hosts; host++) {
                endpoints.add(known(
                        owners,
                        random.nextInt(commonOldest + 1),
                        commonNewest + random.nextInt(generations - commonNewest)));
            }
            int lives = owners[commonOldest + random.nextInt(commonNewest - commonOldest + 1)];
            int used = commonOldest + random.nextInt(commonNewest - commonOldest + 1);
            boolean remembered = random.nextInt(4) == 0;
            int start = remembered ? 1 + random.nextInt(hosts) : owners[used];
            var path = walk(endpoints, start, lives, tag(used, 0, remembered ? FrameTag.FROM_FLOW_TABLE : 0));
            boolean found = path.getLast() == lives;
            if (found) {
                reached++;
            } else {
                assertEquals(SecondChance.MAX_HOPS + 1, path.size(), "seed " + seed + ": gave up early, " + path);
                assertTrue(hosts > 3, "seed " + seed + ": three hosts are within the hop bound in any order, " + path);
            }
        }
        assertTrue(reached > 4_200, reached + " reached");
    }

    /** The hosts that hold a frame one after the other, until it is where the flow lives, or nowhere to go. */
    private List<Integer> walk(List<EndpointTable> endpoints, int start, int lives, long firstTag) {
        var path = new ArrayList<Integer>();
        path.add(start);
        long tag = firstTag;
        int at = start;
        while (at != lives && FrameTag.hop(tag) < SecondChance.MAX_HOPS) {
            var chance = new SecondChance(own(at));
            var next = chance.next(endpoints.get(at - 1), flow, tag);
            if (next == null) {
                return path;
            }
            assertNotEquals(address(at), host(next), "never to itself");
            at = host(next) & 0xFF;
            path.add(at);
            int flags = FrameTag.flags(tag) | (chance.newer() ? FrameTag.NEWER_PART : 0);
            tag = FrameTag.bits(1, FrameTag.generation(tag), FrameTag.hop(tag) + 1, flags, 0);
        }
        return path;
    }

    @Test
    void aMemberOfNobodyIsSkipped() {
        var empty = new TableVersion(number(1), Fabric.SLOTS, 77, List.<Member>of(), State.ACTIVE);
        var versions = List.of(empty, Fabric.version(number(0), State.RETIRED, Fabric.member(2, 1)));
        var endpoint = new EndpointTable(
                new EndpointPolicy(
                        Fabric.endpoint(IpProtocol.TCP), Affinity.FIVE_TUPLE, false, Duration.ofMinutes(4), versions),
                versions.stream().map(MaglevTable::of).toList(),
                own(0),
                Set.of(),
                new Vm[0]);
        var next = new SecondChance(own(1)).next(endpoint, flow, tag(1, 0, 0));
        assertNotNull(next);
        assertEquals(address(2), host(next));
    }
}
