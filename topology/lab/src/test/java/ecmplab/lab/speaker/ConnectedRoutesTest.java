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
}
