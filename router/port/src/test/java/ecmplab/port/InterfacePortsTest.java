package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.port.InterfacePorts.Wish;
import ecmplab.port.sys.SystemCallException;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which kind of port a machine allows, and what is said of the others. */
@Needs({Need.ROOT, Need.AF_XDP})
final class InterfacePortsTest {
    private final FramePool pool = new FramePool(512, 2048, Arena.ofAuto());
    private TestNamespace namespace;

    @BeforeEach
    void makeNamespace() throws Exception {
        namespace = new TestNamespace();
    }

    @AfterEach
    void removeIt() throws Exception {
        namespace.close();
    }

    private InterfacePorts open(PortChoice choice, String... names) throws Exception {
        return namespace.within(() -> InterfacePorts.open(List.of(names), pool, Wish.of(choice)));
    }

    private void link(String settings, String name) throws Exception {
        namespace.ip("link add " + name + settings + " type veth peer name " + name + "-peer");
        namespace.ip("link set " + name + " up");
    }

    @Test
    void autoTakesTheBestThereIs() throws Exception {
        link("", "one");
        try (var ports = open(PortChoice.AUTO, "one")) {
            assertEquals(PortKind.XDP, ports.named("one").kind());
            assertEquals(List.of(), ports.all().getFirst().passedOver());
        }
        assertEquals(pool.size(), pool.available());
    }

    @Test
    void anMtuThatDoesNotFitAFrameIsNotForAfXdp() throws Exception {
        link(" mtu 1900", "one");
        try (var ports = open(PortChoice.AUTO, "one")) {
            assertEquals(PortKind.RING, ports.named("one").kind());
            var reasons = ports.all().getFirst().passedOver();
            assertEquals(2, reasons.size());
            assertTrue(
                    reasons.getFirst().startsWith("xdp: one: frames of 1914 octets do not fit, at most 1792"),
                    reasons.getFirst());
        }
    }

    @Test
    void severalReceiveQueuesAreNotForOnePort() throws Exception {
        link(" numrxqueues 2 numtxqueues 2", "one");
        var refused = assertThrows(SystemCallException.class, () -> open(PortChoice.XDP, "one"));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("one has 2 receive queues"), refused.getMessage());
        try (var ports = open(PortChoice.AUTO, "one")) {
            assertEquals(PortKind.RING, ports.named("one").kind());
        }
    }

    @Test
    void anInterfaceWithAProgramAlreadyIsLeftToIt() throws Exception {
        link("", "one");
        try (var first = open(PortChoice.XDP, "one");
                var second = open(PortChoice.AUTO, "one")) {
            assertEquals(PortKind.XDP, first.named("one").kind());
            assertEquals(PortKind.RING, second.named("one").kind());
            var reason = second.all().getFirst().passedOver().getFirst();
            assertTrue(reason.contains("EBUSY"), reason);
        }
        assertEquals(pool.size(), pool.available());
    }

    @Test
    void thePortsOfANodeShareItsFramesAndLeaveHalfOfThem() throws Exception {
        link("", "one");
        link("", "two");
        link("", "three");
        try (var ports = open(PortChoice.AUTO, "one", "two", "three")) {
            int held = ports.ports().stream().mapToInt(Port::held).sum();
            assertEquals(3 * 64, held);
            assertEquals(pool.size(), pool.available() + held);
            ports.named("two").close();
            assertEquals(2 * 64, pool.size() - pool.available());
        }
        assertEquals(pool.size(), pool.available());
    }

    @Test
    void whenOneIsNotThereNoneIsOpen() throws Exception {
        link("", "one");
        assertThrows(SystemCallException.class, () -> open(PortChoice.AUTO, "one", "absent"));
        assertEquals(pool.size(), pool.available());
    }

    @Test
    void choicesAreWrittenAsWords() {
        assertEquals(Optional.of(PortChoice.XDP_GENERIC), PortChoice.parse("xdp-generic"));
        assertEquals(Optional.empty(), PortChoice.parse("dpdk"));
        assertEquals("auto, xdp, xdp-generic, ring, mmsg", PortChoice.words());
    }
}
