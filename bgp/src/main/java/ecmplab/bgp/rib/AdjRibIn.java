package ecmplab.bgp.rib;

import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.wire.AddressFamily;

/** What one peer announced in one family, before policy and after it: an attribute id for each prefix id. */
final class AdjRibIn {
    final Peer peer;
    final AddressFamily family;
    final Policy policy;
    final IntColumn received = new IntColumn();
    /** The same column as {@code received} when the policy lets all routes pass as they are. */
    final IntColumn accepted;

    int receivedCount;
    int acceptedCount;
    boolean endOfRib;

    AdjRibIn(Peer peer, AddressFamily family, Policy policy) {
        this.peer = peer;
        this.family = family;
        this.policy = policy;
        accepted = policy.isTransparent() ? received : new IntColumn();
    }
}
