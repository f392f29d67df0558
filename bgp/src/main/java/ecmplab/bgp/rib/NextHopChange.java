package ecmplab.bgp.rib;

import ecmplab.bgp.wire.Prefix;
import java.util.List;

/** A prefix whose set of next hops is another now; best first, empty when it is unreachable or our own. */
public record NextHopChange(Prefix prefix, List<NextHop> nextHops) {}
