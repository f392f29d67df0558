package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.testkit.Await;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every kind of port promises. Two ports joined by something; the tests are the same whatever it is. */
interface PortContract {
    /** Of a documentation network (RFC 5737): no stack on the way takes it for its own. */
    int ELSEWHERE = 0xC633_6407;

    /** Where the filling of a frame starts: behind what routers look at. */
    int FILLING = Ethernet.LENGTH + Ipv4.MIN_LENGTH;

    ValueLayout.OfInt BIG_ENDIAN = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    Port near();

    Port far();

    /** Takes the near interface down or up. */
    void setUp(boolean up);

    /** An IPv4 packet to elsewhere in a frame to the peer, with a recognisable filling. */
    static long frame(Port from, Port to, int length, int filling) {
        long address = from.pool().acquire();
        var memory = from.pool().memory();
        new Ethernet().wrap(memory, address).set(to.mac().bits(), from.mac().bits(), Ethernet.TYPE_IPV4);
        memory.asSlice(address + Ethernet.LENGTH, Ipv4.MIN_LENGTH).fill((byte) 0);
        memory.set(ValueLayout.JAVA_BYTE, address + Ethernet.LENGTH, (byte) 0x45);
        memory.set(BIG_ENDIAN, address + Ethernet.LENGTH + 16, ELSEWHERE);
        for (int i = FILLING; i < length; i++) {
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
            byte first = (byte) (memory.get(ValueLayout.JAVA_BYTE, address + FILLING) - FILLING);
            for (int at = FILLING; at < burst.length(i); at++) {
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

    @Test
    default void aClosedPortHoldsNothing() {
        for (int i = 0; i < 40; i++) {
            near().send(frame(near(), far(), 300, i), 300);
        }
        near().flush();
        near().send(frame(near(), far(), 300, 40), 300);
        far().close();
        near().close();
        near().flush();
        far().flush();
        for (var port : List.of(near(), far())) {
            assertEquals(0, port.held());
            assertEquals(port.pool().size(), port.pool().available());
        }
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
        // A port whose kernel has frames of the pool to fill still has the one that was filled before.
        var received = new ArrayList<>(drain(far(), burst));
        assertTrue(far().held() > 0 || received.isEmpty());
        hoard.forEach(far().pool()::release);
        Await.until("the frame arrives", () -> {
            received.addAll(drain(far(), burst));
            return !received.isEmpty();
        });
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

    /** Every frame is free, or the kernel has it to fill. */
    private void assertNothingIsHeld() {
        for (var port : List.of(near(), far())) {
            Await.until("the frames come back", () -> {
                port.flush();
                return port.pool().available() + port.held() == port.pool().size();
            });
        }
    }
}
