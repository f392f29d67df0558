package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.Ethernet;
import ecmplab.testkit.Await;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every kind of port promises. Two ports joined by something; the tests are the same whatever it is. */
interface PortContract {
    /** A local experimental EtherType (IEEE 802, clause 9.2.3): no stack on the way takes it for its own. */
    int EXPERIMENT = 0x88B5;

    Port near();

    Port far();

    /** Takes the near interface down or up. */
    void setUp(boolean up);

    /** A frame to the peer with a recognisable filling. */
    private long frame(Port from, Port to, int length, int filling) {
        long address = from.pool().acquire();
        var memory = from.pool().memory();
        new Ethernet().wrap(memory, address).set(to.mac().bits(), from.mac().bits(), EXPERIMENT);
        for (int i = Ethernet.LENGTH; i < length; i++) {
            memory.set(ValueLayout.JAVA_BYTE, address + i, (byte) (filling + i));
        }
        return address;
    }

    /** First octet of the filling, and the length, of each frame that is there now; the rest of the filling is checked. */
    private List<String> drain(Port port, Burst burst) {
        var seen = new ArrayList<String>();
        burst.clear();
        port.receive(burst);
        var memory = port.pool().memory();
        for (int i = 0; i < burst.count(); i++) {
            long address = burst.address(i);
            byte first = (byte) (memory.get(ValueLayout.JAVA_BYTE, address + Ethernet.LENGTH) - Ethernet.LENGTH);
            for (int at = Ethernet.LENGTH; at < burst.length(i); at++) {
                assertEquals((byte) (first + at), memory.get(ValueLayout.JAVA_BYTE, address + at));
            }
            seen.add((first & 0xFF) + "/" + burst.length(i));
            port.pool().release(address);
        }
        return seen;
    }

    @Test
    default void framesArriveInOrderWithTheirOctets() {
        var random = new Random(1);
        var sent = new ArrayList<String>();
        var received = new ArrayList<String>();
        var burst = new Burst(16);
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 1 + random.nextInt(30); i++) {
                int length = 60 + random.nextInt(near().mtu() + Ethernet.LENGTH - 60 + 1);
                int filling = sent.size() & 0xFF;
                assertTrue(near().send(frame(near(), far(), length, filling), length));
                sent.add(filling + "/" + length);
            }
            near().flush();
            Await.until("every frame arrives", () -> {
                received.addAll(drain(far(), burst));
                return received.size() == sent.size();
            });
        }
        assertEquals(sent, received);
        assertEquals(sent.size(), near().counters().txPackets());
        assertEquals(sent.size(), far().counters().rxPackets());
        assertEquals(near().counters().txOctets(), far().counters().rxOctets());
        assertNothingIsHeld();
    }

    @Test
    default void aBurstIsNotFilledBeyondItsRoomAndKeepsWhatItHas() {
        for (int i = 0; i < 10; i++) {
            near().send(frame(near(), far(), 100, i), 100);
        }
        near().flush();
        var burst = new Burst(8);
        long own = far().pool().acquire();
        burst.add(own, 77);
        Await.until("the burst is full", () -> {
            far().receive(burst);
            return burst.isFull();
        });
        assertEquals(0, far().receive(burst));
        assertEquals(own, burst.address(0));
        assertEquals(77, burst.length(0));
        for (int i = 0; i < burst.count(); i++) {
            far().pool().release(burst.address(i));
        }
        var rest = new ArrayList<String>();
        Await.until("the rest is still there", () -> rest.addAll(drain(far(), burst)) && rest.size() == 3);
        assertNothingIsHeld();
    }

    @Test
    default void whatThePeerDoesNotFetchIsBoundedAndCounted() {
        int sent = 0;
        while (dropped() == 0 && sent < 100_000) {
            for (int i = 0; i < 32; i++) {
                near().send(frame(near(), far(), 1000, i), 1000);
                sent++;
            }
            near().flush();
        }
        assertTrue(dropped() > 0, "100000 frames are held somewhere");
        int[] received = {0};
        int all = sent;
        var burst = new Burst(64);
        Await.until("every frame was received or counted as dropped", () -> {
            received[0] += drain(far(), burst).size();
            return received[0] + dropped() == all;
        });
        assertTrue(received[0] > 0);
        assertEquals(received[0], far().counters().rxPackets());
        assertNothingIsHeld();
    }

    private long dropped() {
        return drops(near()) + drops(far());
    }

    private static long drops(Port port) {
        return port.counters().drops().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    default void aFrameLongerThanTheMtuAllowsIsDroppedAndCounted() {
        int tooLong = near().mtu() + Ethernet.LENGTH + 1;
        assertFalse(near().send(frame(near(), far(), tooLong, 0), tooLong));
        assertEquals(1, near().counters().drops().get("oversize"));
        assertNothingIsHeld();
    }

    @Test
    default void anEmptyPoolLeavesFramesWhereTheyAre() {
        near().send(frame(near(), far(), 200, 5), 200);
        near().flush();
        var hoard = new ArrayList<Long>();
        for (long address = far().pool().acquire();
                address >= 0;
                address = far().pool().acquire()) {
            hoard.add(address);
        }
        var burst = new Burst(4);
        assertEquals(0, far().receive(burst));
        hoard.forEach(far().pool()::release);
        var received = new ArrayList<String>();
        Await.until("the frame arrives", () -> received.addAll(drain(far(), burst)));
        assertEquals(List.of("5/200"), received);
    }

    @Test
    default void aPortThatIsDownDropsAndWorksAgainWhenItIsUp() {
        var burst = new Burst(8);
        setUp(false);
        assertEquals(0, near().receive(burst));
        for (int i = 0; i < 3; i++) {
            near().send(frame(near(), far(), 100, i), 100);
        }
        near().flush();
        assertEquals(3, near().counters().drops().get("port-down"));
        assertEquals(0, near().receive(burst));
        setUp(true);
        var there = new ArrayList<String>();
        Await.until("frames leave again", () -> {
            near().send(frame(near(), far(), 100, 9), 100);
            near().flush();
            return there.addAll(drain(far(), burst));
        });
        assertTrue(there.contains("9/100"));
        var back = new ArrayList<String>();
        Await.until("frames come in again", () -> {
            far().send(frame(far(), near(), 100, 7), 100);
            far().flush();
            return back.addAll(drain(near(), burst));
        });
        assertTrue(back.contains("7/100"));
        assertNothingIsHeld();
    }

    @Test
    default void aClosedPortDropsWhatWasNotFlushedAndTakesNoMore() {
        near().send(frame(near(), far(), 100, 1), 100);
        near().close();
        near().close();
        assertFalse(near().send(frame(near(), far(), 100, 2), 100));
        near().flush();
        assertEquals(2, near().counters().drops().get("closed"));
        assertEquals(0, near().counters().txPackets());
        assertEquals(0, near().receive(new Burst(4)));
        assertEquals(-1, near().descriptor());
        assertNothingIsHeld();
    }

    private void assertNothingIsHeld() {
        assertEquals(near().pool().size(), near().pool().available());
        assertEquals(far().pool().size(), far().pool().available());
    }
}
