package ecmplab.router.ecmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GroupTableTest {
    private static final long SECOND = 1_000_000_000L;
    private static final EcmpPolicy POLICY =
            new EcmpPolicy(EcmpMode.RESILIENT, 512, Duration.ofSeconds(10), Duration.ZERO);

    private final GroupTable table = new GroupTable(POLICY, 1, 64);
    private long now = 5 * SECOND;

    @Test
    void routesWithTheSameNextHopsShareAGroup() {
        var groups = ask(table, want(0, 1, 2, 3), want(0, 1, 2, 3), want(0, 1, 2));
        assertEquals(groups.get(0), groups.get(1));
        assertNotEquals(groups.get(0), groups.get(2));
        assertEquals(2, table.size());
        assertEquals(groups.get(0), ask(table, want(0, 1, 2, 3)).getFirst(), "a later route joins");
    }

    @Test
    void whenAllItsRoutesLoseAMemberTheGroupChangesInPlace() {
        int id = ask(table, want(0, 1, 2, 3, 4), want(0, 1, 2, 3, 4)).getFirst();
        var before = Objects.requireNonNull(table.group(id));
        var groups = ask(table, want(id, 1, 2, 4), want(id, 1, 2, 4));
        assertEquals(List.of(id, id), groups);
        var after = Objects.requireNonNull(table.group(id));
        assertSame(before.use(), after.use());
        assertEquals(128, after.lastMoved());
        assertEquals(128, after.table().movedSlots(before.table()));
        assertEquals(1, table.size());
    }

    @Test
    void aRouteThatPartsTakesTheBucketsAlongAndTheOthersFeelNothing() {
        int shared = ask(table, want(0, 1, 2, 3, 4), want(0, 1, 2, 3, 4)).getFirst();
        var before = Objects.requireNonNull(table.group(shared));
        int own = ask(table, want(shared, 1, 2, 4)).getFirst();
        assertNotEquals(shared, own);
        assertSame(before, table.group(shared), "the one who stays keeps version and all");
        assertEquals(128, Objects.requireNonNull(table.group(own)).table().movedSlots(before.table()));
    }

    /** VIPs a and b share a group; the death of a member reaches them in two passes: in the end they share again. */
    @Test
    void routesThatPartAndGoTheSameWayComeTogetherAgainWithTheSameBuckets() {
        int shared = ask(table, want(0, 1, 2, 3, 4), want(0, 1, 2, 3, 4)).getFirst();
        int a = ask(table, want(shared, 1, 2, 4)).getFirst();
        int b = ask(table, want(shared, 1, 2, 4)).getFirst();
        assertEquals(a, b);
        assertEquals(1, table.size());
        var last = ask(table, want(a, 1, 2), want(b, 1, 2));
        assertEquals(a, last.get(0), "both routes are counted on it: it changes in place");
        assertEquals(a, last.get(1));
    }

    @Test
    void routesWhoseBucketsDifferStayApartThoughTheirMembersAreEqual() {
        int a = ask(table, want(0, 1, 2, 3)).getFirst();
        int b = ask(table, want(0, 1, 2)).getFirst();
        var before = Objects.requireNonNull(table.group(a));
        int after = ask(table, want(a, 1, 2)).getFirst();
        assertEquals(a, after);
        assertNotEquals(a, b);
        var group = Objects.requireNonNull(table.group(a));
        assertEquals(before.table().slotsOf(3), group.table().movedSlots(before.table()), "only the dead member's");
    }

    @Test
    void ofThreePartsTheLargestKeepsTheGroup() {
        var first = ask(table, want(0, 1, 2, 3), want(0, 1, 2, 3), want(0, 1, 2, 3), want(0, 1, 2, 3));
        int id = first.getFirst();
        var before = Objects.requireNonNull(table.group(id));
        var groups = ask(table, want(id, 1, 2), want(id, 2, 3), want(id, 2, 3), want(id));
        assertEquals(id, groups.get(1));
        assertEquals(id, groups.get(2));
        assertNotEquals(id, groups.get(0));
        assertEquals(0, groups.get(3));
        assertEquals(
                before.table().slotsOf(3),
                Objects.requireNonNull(table.group(groups.get(0))).table().movedSlots(before.table()));
        assertEquals(2, table.size());
    }

    @Test
    void aGroupWithoutRoutesIsGoneAndItsIdFree() {
        int id = ask(table, want(0, 1, 2)).getFirst();
        assertEquals(0, ask(table, want(id)).getFirst());
        assertNull(table.group(id));
        assertEquals(0, table.size());
        assertEquals(id, ask(table, want(0, 7)).getFirst());
    }

    @Test
    void aRequestForWhatTheRouteHasChangesNothing() {
        int id = ask(table, want(0, 1, 2)).getFirst();
        var before = table.group(id);
        assertEquals(id, ask(table, want(id, 1, 2)).getFirst());
        assertSame(before, table.group(id));
    }

    @Test
    void aReturningMemberTakesIdleBucketsAtOnceAndBusyOnesAsTheyBecomeIdle() {
        int id = ask(table, want(0, 1, 2, 3)).getFirst();
        touchAll(id);
        ask(table, want(id, 1, 2));
        touchAll(id);
        now += 5 * SECOND;
        ask(table, want(id, 1, 2, 3));
        assertEquals(0, held(id, 3), "all are busy");
        assertTrue(table.upkeep(now).isEmpty());

        now += 4 * SECOND;
        var use = Objects.requireNonNull(table.group(id)).use();
        IntStream.range(0, 400).forEach(bucket -> use.touch(bucket, now));
        now += 2 * SECOND;
        var changes = table.upkeep(now);
        assertEquals(1, changes.size());
        assertEquals(112, held(id, 3), "those idle for ten seconds");

        now += 10 * SECOND;
        table.upkeep(now);
        assertEquals(170, held(id, 3));
        assertTrue(Objects.requireNonNull(table.group(id)).unbalancedSince().isEmpty());
        assertTrue(table.upkeep(now).isEmpty());
    }

    @Test
    void theUnbalancedTimerMovesBusyBuckets() {
        var forced = new GroupTable(
                new EcmpPolicy(EcmpMode.RESILIENT, 512, Duration.ofSeconds(10), Duration.ofSeconds(60)), 1, 8);
        int id = ask(forced, want(0, 1)).getFirst();
        var use = Objects.requireNonNull(forced.group(id)).use();
        IntStream.range(0, 512).forEach(bucket -> use.touch(bucket, now));
        ask(forced, want(id, 1, 2));
        for (int second = 0; second < 59; second++) {
            now += SECOND;
            IntStream.range(0, 512).forEach(bucket -> use.touch(bucket, now));
            assertTrue(forced.upkeep(now).isEmpty());
        }
        now += SECOND;
        assertEquals(1, forced.upkeep(now).size());
        assertEquals(256, Objects.requireNonNull(forced.group(id)).table().slotsOf(2));
    }

    @Test
    void aMovedBucketCountsAsUnusedUntilItsNextPacket() {
        int id = ask(table, want(0, 1, 2)).getFirst();
        touchAll(id);
        ask(table, want(id, 1));
        var group = Objects.requireNonNull(table.group(id));
        long unused = IntStream.range(0, 512)
                .filter(bucket -> group.use().lastUsed(bucket) == GroupUse.NEVER)
                .count();
        assertEquals(256, unused);
    }

    @Test
    void withoutRoomRoutesShareWhereTheyCanAndAreRefusedWhereTheyCannot() {
        var small = new GroupTable(POLICY, 1, 2);
        int a = ask(small, want(0, 1, 2, 3), want(0, 1, 2, 3)).getFirst();
        int b = ask(small, want(0, 1, 2)).getFirst();
        assertEquals(b, ask(small, want(a, 1, 2)).getFirst(), "would need a copy of a");
        assertEquals(1, small.coalesced());
        assertEquals(0, ask(small, want(0, 9)).getFirst());
        assertEquals(1, small.refused());
        assertEquals(2, small.size());
    }

    @Test
    void moduloAndHashThresholdGroupsAreFunctionsOfTheirMembers() {
        for (var mode : List.of(EcmpMode.MODULO, EcmpMode.HASH_THRESHOLD)) {
            var plain = new GroupTable(EcmpPolicy.of(mode, 512), 1, 8);
            int a = ask(plain, want(0, 1, 2, 3)).getFirst();
            int b = ask(plain, want(0, 1, 2)).getFirst();
            assertEquals(b, ask(plain, want(a, 1, 2)).getFirst(), "equal members, equal tables, one group");
            assertEquals(1, plain.size());
            assertTrue(plain.upkeep(now).isEmpty());
        }
    }

    /** Against a model: every route has its members, flows move only off members that left, groups are those in use. */
    @Test
    void overRandomHistoriesNoFlowMovesWithoutNeed() {
        for (int seed = 0; seed < 30; seed++) {
            var random = new Random(seed);
            var groups = new GroupTable(POLICY, 1, 256);
            var routes = new int[12];
            Map<Integer, List<Member>> wanted = new HashMap<>();
            for (int pass = 0; pass < 60; pass++) {
                var chosen = new ArrayList<Integer>();
                var requests = new ArrayList<GroupTable.Request>();
                for (int route = 0; route < routes.length; route++) {
                    if (random.nextInt(3) == 0) {
                        chosen.add(route);
                        var nextHops = IntStream.rangeClosed(1, 5).filter(n -> random.nextInt(4) != 0);
                        requests.add(want(routes[route], random.nextInt(6) == 0 ? new int[0] : nextHops.toArray()));
                    }
                }
                for (var group : groups.groups()) {
                    if (group != null) {
                        IntStream.range(0, 512).forEach(bucket -> group.use().touch(bucket, now));
                    }
                }
                var grants = groups.apply(requests, now);
                for (int i = 0; i < chosen.size(); i++) {
                    var members = requests.get(i).members();
                    wanted.put(chosen.get(i), members);
                    var after = grants.get(i).after();
                    routes[chosen.get(i)] = after == null ? 0 : after.id();
                    assertEquals(members, after == null ? List.of() : after.members(), "seed " + seed);
                    if (after != null) {
                        assertSame(after, groups.group(after.id()));
                    }
                    assertOnlyTheDeadMoved(grants.get(i), "seed " + seed + " pass " + pass);
                }
                for (int route = 0; route < routes.length; route++) {
                    var group = groups.group(routes[route]);
                    assertEquals(wanted.getOrDefault(route, List.of()), group == null ? List.of() : group.members());
                }
                var inUse = new TreeSet<Integer>();
                Arrays.stream(routes).filter(id -> id != 0).forEach(inUse::add);
                assertEquals(inUse.size(), groups.size(), "seed " + seed);
            }
        }
    }

    private static void assertOnlyTheDeadMoved(GroupTable.Grant grant, String where) {
        var before = grant.before();
        var after = grant.after();
        if (before == null || after == null) {
            return;
        }
        for (int bucket = 0; bucket < 512; bucket++) {
            int owner = before.table().nextHop(bucket);
            boolean stays = after.members().stream().anyMatch(member -> member.nextHop() == owner);
            assertFalse(stays && after.table().nextHop(bucket) != owner, where + " bucket " + bucket);
        }
    }

    private List<Integer> ask(GroupTable table, GroupTable.Request... requests) {
        return table.apply(List.of(requests), now).stream()
                .map(grant -> grant.after() == null ? 0 : grant.after().id())
                .toList();
    }

    private static GroupTable.Request want(int group, int... nextHops) {
        return new GroupTable.Request(
                group,
                IntStream.of(nextHops)
                        .mapToObj(nextHop -> new Member(nextHop, 1))
                        .toList());
    }

    private void touchAll(int id) {
        var use = Objects.requireNonNull(table.group(id)).use();
        IntStream.range(0, 512).forEach(bucket -> use.touch(bucket, now));
    }

    private int held(int id, int nextHop) {
        return Objects.requireNonNull(table.group(id)).table().slotsOf(nextHop);
    }
}
