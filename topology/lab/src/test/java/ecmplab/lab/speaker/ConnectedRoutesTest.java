package ecmplab.lab.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConnectedRoutesTest {
    private static final Prefix A = Prefix.parse("192.0.2.0/24");
    private static final Prefix B = Prefix.parse("2001:db8::/64");

    @Test
    void onlyWhatChangesIsAnnouncedAndWithdrawn() {
        var said = new ArrayList<String>();
        var routes = new ConnectedRoutes(route -> said.add("+" + route.prefix()), prefix -> said.add("-" + prefix));
        routes.update(Set.of(A));
        routes.update(Set.of(A));
        routes.update(Set.of(B));
        routes.update(Set.of());
        assertEquals(List.of("+" + A, "+" + B, "-" + A, "-" + B), said);
    }

    @Test
    void subnetsOfIpv6AreThoseOfGlobalAddressesInUse() {
        var text = """
                20010db8000000000000000000000001 02 40 00 80     eth0
                20010db8000100000000000000000001 02 40 00 c0     eth0
                20010db8000200000000000000000001 02 40 00 88     eth0
                fe80000000000000020000fffe000001 02 40 20 80     eth0
                20010db8000300000000000000000001 01 80 00 80       lo
                00000000000000000000000000000001 01 80 10 80       lo
                """;
        assertEquals(Set.of(Prefix.parse("2001:db8::/64")), ConnectedRoutes.ipv6(text));
    }
}
