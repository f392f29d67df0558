package ecmplab.lab.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class KernelRoutesTest {
    /** 0.0.0.0/0, 10.214.241.220/30, and 192.0.2.0/24 of an interface that is down. */
    private static final String IPV4 = """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
            eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
            eth1\tDCF1D60A\t00000000\t0001\t0\t0\t0\tFCFFFFFF\t0\t0\t0
            eth2\t000200C0\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0
            """;

    private static final String IPV6 = """
            fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000003 00000000 00000001     eth0
            00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
            """;

    @Test
    void whatAConnectedSubnetOrRouteContainsIsReachableADefaultRouteNotCounted() {
        var routes = KernelRoutes.parse(IPV4, IPV6);
        assertTrue(routes.reach(InetAddress.ofLiteral("10.214.241.221")));
        assertFalse(routes.reach(InetAddress.ofLiteral("10.214.241.224")), "only by the default route");
        assertFalse(routes.reach(InetAddress.ofLiteral("192.0.2.7")), "its interface is down");
        assertTrue(routes.reach(InetAddress.ofLiteral("fd00::1")));
        assertFalse(routes.reach(InetAddress.ofLiteral("fd01::1")));
        assertEquals(routes, KernelRoutes.parse(IPV4, IPV6));
    }

    @Test
    void thisMachinesRoutesCanBeRead() throws IOException {
        assertFalse(KernelRoutes.read().reach(InetAddress.ofLiteral("240.0.0.1")));
    }
}
