package ecmplab.lab.file;

import ecmplab.bgp.policy.Action;

/** {@code set: { next-hop: ... }}. */
record NextHopSetting(Action action) {
    static final Scalar<NextHopSetting> SCALAR = new Scalar<>(
            "an address, 'self' or 'peer'",
            new Scalar.Form.Matching("^(self|peer|[0-9a-fA-F:.]+)$"),
            text -> new NextHopSetting(
                    switch (text) {
                        case "self" -> new Action.SetNextHopSelf();
                        case "peer" -> new Action.SetNextHopPeer();
                        default ->
                            new Action.SetNextHop(RoutingScalars.ADDRESS.parse().apply(text));
                    }));
}
