package ecmplab.hostagent.forward;

import static ecmplab.hostagent.forward.Fabric.CLIENT;
import static ecmplab.hostagent.forward.Fabric.VIP;
import static ecmplab.hostagent.forward.Fabric.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.Tcp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The promise of second chance, over whole packets: members come and go, tables change, MUXes lag and forget, hosts learn and
 * forget generations at different times, and every flow stays with the VM that answered its SYN.
 */
final class FlowsSurviveTest {
    private static final int HOSTS = 3;
    private static final int VMS = 2;
    private static final int FLOWS = 40;

    private record Life(int port, boolean udp) {}

    @Test
    void everyFlowStaysWithItsVmWhateverMuxesAndTablesDo() {
        long rescued = 0;
        for (long seed = 0; seed < 60; seed++) {
            rescued += run(seed);
        }
        assertTrue(rescued > 1000, rescued + " flows were rescued: the test tests something");
    }

    private static long run(long seed) {
        var random = new Random(seed);
        var fabric = new Fabric(Families.values()[(int) seed & 3], HOSTS, VMS);
        var history = new ArrayList<TableVersion>(); // oldest first
        Map<Life, String> homes = new HashMap<>();
        int generation = 65_530 + random.nextInt(5);
        for (int round = 0; round < 6; round++) {
            history.add(Fabric.version(generation, State.RETIRED, someMembers(random)));
            generation = generation % 65_535 + 1;
            activate(fabric, history, random);
            int newest = history.size() - 1;
            int oldestMux = Math.max(0, newest - 1); // a MUX lags by one generation at most
            for (int i = 0; i < FLOWS / 6; i++) {
                var life = new Life(1000 + round * 100 + i, random.nextInt(4) == 0);
                var used = history.get(oldestMux + random.nextInt(newest - oldestMux + 1));
                fabric.fromMux(used, packet(life, Tcp.SYN));
                homes.put(life, whereItArrived(fabric, life, "seed " + seed));
            }
            for (var life : homes.keySet()) {
                var used = history.get(oldestMux + random.nextInt(newest - oldestMux + 1));
                fabric.fromMux(used, packet(life, Tcp.ACK));
                assertEquals(
                        homes.get(life), whereItArrived(fabric, life, "seed " + seed), "seed " + seed + " " + life);
            }
        }
        assertTrue(fabric.atGateway.isEmpty(), "nobody was reset");
        for (var host : fabric.hosts) {
            assertTrue(host.balances(), host.agent.ledger().toString());
            assertEquals(0, host.count(HostCount.SLOT_DISAGREEMENTS));
        }
        return fabric.hosts.stream()
                .mapToLong(host -> host.count(HostCount.FLOWS_RESCUED))
                .sum();
    }

    private static Member[] someMembers(Random random) {
        var members = new ArrayList<Member>();
        while (members.isEmpty()) {
            for (int host = 1; host <= HOSTS; host++) {
                for (int vm = 1; vm <= VMS; vm++) {
                    if (random.nextInt(3) > 0) {
                        members.add(member(host, vm));
                    }
                }
            }
        }
        return members.toArray(Member[]::new);
    }

    /** Some hosts know a next generation that is only prepared; nobody forgets one in which flows were opened. */
    private static void activate(Fabric fabric, List<TableVersion> history, Random random) {
        for (var host : fabric.hosts) {
            var versions = new ArrayList<TableVersion>();
            for (int i = history.size() - 1; i >= 0; i--) {
                var version = history.get(i);
                var state = i == history.size() - 1 ? State.ACTIVE : State.RETIRED;
                versions.add(new TableVersion(
                        version.generation(), version.slots(), version.seed(), version.members(), state));
            }
            if (random.nextBoolean()) {
                int next = history.getLast().generation() % 65_535 + 1;
                versions.addFirst(Fabric.version(next, State.PREPARED, someMembers(random)));
            }
            host.apply(Fabric.policy(versions.toArray(TableVersion[]::new)));
        }
    }

    private static byte[] packet(Life life, int flags) {
        return life.udp()
                ? Packets.udp(CLIENT, life.port(), VIP, 80, 8, true)
                : Packets.tcp(CLIENT, life.port(), VIP, 80, flags, 8);
    }

    /** The VM that got the one packet there is; it answers, so that its state is no longer disposable. */
    private static String whereItArrived(Fabric fabric, Life life, String context) {
        String vm = "";
        for (int h = 1; h <= HOSTS; h++) {
            for (int v = 1; v <= VMS; v++) {
                for (var frame : fabric.host(h).atVm(v)) {
                    assertEquals("", vm, context + ": delivered twice");
                    Packets.soundPacket(frame);
                    vm = "vm" + (10 * h + v);
                    answer(fabric, h, v, life);
                }
            }
        }
        assertTrue(!vm.isEmpty(), context + ": " + life + " was lost");
        return vm;
    }

    private static void answer(Fabric fabric, int host, int vm, Life life) {
        int dip = Fabric.dip(host, vm);
        var reply = life.udp()
                ? Packets.udp(dip, 8080, CLIENT, life.port(), 8, true)
                : Packets.tcp(dip, 8080, CLIENT, life.port(), Tcp.ACK, 8);
        fabric.host(host).packetFromVm(vm, reply);
        assertEquals("203.0.113.10:80 > 192.0.2.7:" + life.port(), Packets.flow(fabric.packetAtGateway()));
    }
}
