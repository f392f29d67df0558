package ecmplab.port;

import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;

@Needs(Need.ROOT)
final class RingPortTest extends PacketPortContract {
    @Override
    PortChoice choice() {
        return PortChoice.RING;
    }
}
