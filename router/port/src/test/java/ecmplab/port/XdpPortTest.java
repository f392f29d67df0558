package ecmplab.port;

import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;

@Needs({Need.ROOT, Need.AF_XDP})
final class XdpPortTest extends XdpPortContract {
    @Override
    PortChoice choice() {
        return PortChoice.XDP;
    }
}
