package ecmplab.bgp.session;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.wire.AddressFamily;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a peer said of its restarts (RFC 4724), to a speaker that helps it.
 *
 * @param restartTime within which the peer comes back; its stale routes are gone then
 * @param restarted whether it comes from a restart now: it waits for our End-of-RIB before it chooses routes
 * @param notifications whether routes are kept after a NOTIFICATION too (RFC 8538)
 * @param families whose routes are kept when the session is lost: those it named and we exchange
 * @param preserved those for which it has kept forwarding over the restart it comes from; stale routes of others are gone at once
 */
public record PeerRestart(
        Duration restartTime,
        boolean restarted,
        boolean notifications,
        Set<AddressFamily> families,
        Set<AddressFamily> preserved) {
    public PeerRestart {
        families = Offer.copy(families);
        preserved = Offer.copy(preserved);
    }

    static PeerRestart of(Capability.GracefulRestart capability, Set<AddressFamily> exchanged) {
        var families = EnumSet.noneOf(AddressFamily.class);
        var preserved = EnumSet.noneOf(AddressFamily.class);
        for (var family : exchanged) {
            for (var entry : capability.entries()) {
                if (entry.afi() == family.afi() && entry.safi() == family.safi()) {
                    families.add(family);
                    if (entry.forwardingPreserved()) {
                        preserved.add(family);
                    }
                }
            }
        }
        return new PeerRestart(
                Duration.ofSeconds(capability.restartSeconds()),
                capability.restarting(),
                capability.notification(),
                families,
                preserved);
    }
}
