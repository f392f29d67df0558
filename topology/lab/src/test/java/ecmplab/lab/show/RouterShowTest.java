package ecmplab.lab.show;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.speaker.RouteListener;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.packet.MacAddress;
import ecmplab.port.ForwardingThread;
import ecmplab.port.FramePool;
import ecmplab.port.MemoryLink;
import ecmplab.router.EdgeRouter;
import ecmplab.router.RouterConfig;
import ecmplab.router.forward.RouterInterface;
import ecmplab.router.forward.RouterInterface.Ipv6Subnet;
import java.lang.foreign.Arena;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a router with one interface of both families shows. */
class RouterShowTest {
    private final FramePool pool = new FramePool(64, 2048, Arena.ofAuto());
    private final MemoryLink link = new MemoryLink(
            new MemoryLink.End("eth0", new MacAddress(0x02_00_00_00_00_01L), pool),
            new MemoryLink.End("far", new MacAddress(0x02_00_00_00_00_02L), new FramePool(64, 2048, Arena.ofAuto())),
            1500,
            64);
    private final RouterInterface eth0 = new RouterInterface(
            link.left(),
            (Inet4Address) InetAddress.ofLiteral("10.0.0.1"),
            24,
            Optional.of(new Ipv6Subnet((Inet6Address) InetAddress.ofLiteral("2001:db8::1"), 64)));
    private final EdgeRouter router = new EdgeRouter(
            RouterConfig.of(List.of(eth0), List.of(), 1), event -> {}, System::nanoTime, InstantSource.system());
    private final ForwardingThread forwarding;
    private final CommandTree commands = new CommandTree();

    RouterShowTest() throws Exception {
        forwarding = new ForwardingThread("test", List.of(link.left()), router.processor(), System::nanoTime).start();
        RouterShow.add(commands, router, forwarding, new DivergenceShow(router, java.util.Optional.empty()));
        var hop = InetAddress.ofLiteral("2001:db8::2");
        router.changed(List.of(
                new RouteListener.Change(
                        Prefix.parse("2001:db8:7::/48"), List.of(new RouteListener.NextHop(hop, hop, 1))),
                new RouteListener.Change(
                        Prefix.parse("203.0.113.0/24"), List.of(new RouteListener.NextHop(hop, hop, 1)))));
    }

    @AfterEach
    void close() {
        forwarding.close();
        link.close();
    }

    private String text(String command) {
        return ask(command).asText();
    }

    private Answer.Known ask(String command) {
        return (Answer.Known) commands.answer(List.of(command.split(" ")));
    }

    @Test
    void eachFamilyHasItsTable() {
        var ipv6 = text("show ipv6 route");
        assertTrue(ipv6.contains("C>* 2001:db8::/64"), ipv6);
        assertTrue(ipv6.contains("B>* 2001:db8:7::/48"), ipv6);
        assertFalse(ipv6.contains("10.0.0.0/24"), ipv6);
        var ipv4 = text("show ip route");
        assertTrue(ipv4.contains("B>* 203.0.113.0/24"), ipv4);
        assertFalse(ipv4.contains("db8:7"), ipv4);
    }

    @Test
    void anAddressFindsItsLongestMatchAndAPrefixItself() {
        assertTrue(text("show ipv6 route 2001:db8:7:1::5").contains("2001:db8:7::/48"));
        assertTrue(text("show ip route 203.0.113.9").contains("203.0.113.0/24"));
        assertEquals(Answer.NO_SUCH, ask("show ipv6 route 2001:db8:7:1::/64").code());
        assertEquals(Answer.USAGE, ask("show ipv6 route 10.0.0.0/8").code());
    }

    @Test
    void theGroupOfAnIpv6PrefixNamesItsNextHop() {
        assertTrue(text("show ipv6 ecmp 2001:db8:7::/48").contains("2001:db8::2"));
    }
}
