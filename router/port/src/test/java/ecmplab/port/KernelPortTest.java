package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.port.sys.InterfaceRequest;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import org.junit.jupiter.api.Test;

@Needs(Need.ROOT)
final class KernelPortTest extends PacketPortContract {
    @Override
    PortChoice choice() {
        return PortChoice.MMSG;
    }

    @Test
    void aPortCountsThatItsInterfaceWentDown() {
        var port = (KernelPort) near;
        setUp(false);
        port.receive(new Burst(1));
        assertEquals(1, port.timesDown());
        port.receive(new Burst(1));
        assertEquals(1, port.timesDown());
    }

    @Test
    void offloadsAreTurnedOff() throws Exception {
        namespace.within(() -> {
            try (var request = new InterfaceRequest("near")) {
                assertEquals(1, request.getByEthtool(0x16)); // ETHTOOL_GTXCSUM
                Offloads.disableTransmit("near");
                assertEquals(0, request.getByEthtool(0x16));
                assertEquals(0, request.getByEthtool(0x1E)); // ETHTOOL_GTSO
                assertEquals(0, request.getByEthtool(0x23)); // ETHTOOL_GGSO
                assertEquals(0, request.getByEthtool(0x2B)); // ETHTOOL_GGRO
            }
            return null;
        });
    }
}
