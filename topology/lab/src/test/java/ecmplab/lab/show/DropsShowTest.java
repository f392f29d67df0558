package ecmplab.lab.show;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import ecmplab.hostagent.forward.HostDrop;
import ecmplab.mux.forward.MuxDrop;
import ecmplab.packet.PacketFault;
import ecmplab.port.Drops;
import ecmplab.port.ImpairmentDrop;
import ecmplab.port.PortDrop;
import ecmplab.port.neighbor.NeighborDrop;
import ecmplab.router.forward.RouterDrop;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DropsShowTest {
    @ParameterizedTest
    @ValueSource(
            classes = {
                RouterDrop.class,
                MuxDrop.class,
                HostDrop.class,
                NeighborDrop.class,
                PortDrop.class,
                ImpairmentDrop.class,
                PacketFault.class
            })
    void everyReasonHasAMeaning(Class<? extends Enum<?>> reasons) {
        for (var reason : reasons.getEnumConstants()) {
            if (!reason.equals(PacketFault.NONE)) {
                assertNotEquals("", DropsShow.meaning(Drops.label(reason)), reason::toString);
            }
        }
    }

    @Test
    void aHostSaysWhereAMalformedPacketWas() {
        assertEquals(
                "inside of the tunnel: wrong IPv4 header checksum (RFC 1812 section 5.2.2)",
                DropsShow.meaning("inner-bad-ip-checksum"));
        assertEquals(
                "the next hop did not answer (RFC 1122 section 2.3.2, RFC 4861 section 7.3)",
                DropsShow.meaning("neighbor-unresolved"));
    }

    @Test
    void reasonsThatCountMostComeFirst() {
        var rows =
                DropsShow.rows(Map.of("router", Map.of("no-route", 2L, "blackhole", 9L, "multicast", 0L)), List.of());
        assertEquals(
                List.of("blackhole 9", "no-route 2", "multicast 0"),
                rows.stream().map(row -> row.reason() + " " + row.count()).toList());
    }
}
