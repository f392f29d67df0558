package ecmplab.bgp.session;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/** What a well-formed OPEN comes to with a neighbour's configuration (RFC 4271 section 6.2, RFC 9234 section 4.2). */
sealed interface OpenVerdict {
    record Agreed(Negotiated negotiated) implements OpenVerdict {}

    /** @param detail what was seen and what was expected */
    record Refused(Notification answer, String detail) implements OpenVerdict {}

    static OpenVerdict of(SessionConfig config, Open open, Link link) {
        if (!config.takes(open.asn())) {
            return refused(Notification.BAD_PEER_AS, "AS " + open.asn() + ": must be " + config.peerAs());
        }
        if (open.asn().equals(config.localAsn()) && open.routerId().equals(config.routerId())) {
            return refused(Notification.BAD_IDENTIFIER, "BGP Identifier " + open.routerId() + " is ours");
        }
        var least = config.timers().minimumHoldTime();
        if (open.holdTimeSeconds() < least.toSeconds()) {
            return refused(
                    Notification.UNACCEPTABLE_HOLD_TIME,
                    "hold time " + open.holdTimeSeconds() + " s: must be at least " + least.toSeconds());
        }
        var roles = roleMismatch(config.offer(), open);
        if (roles != null) {
            return refused(Notification.ROLE_MISMATCH, roles);
        }
        var negotiated = Negotiated.of(config, open, link.local, link.remote);
        if (negotiated.families().isEmpty()) {
            return new Refused(
                    new Notification(
                            Notification.OPEN_ERROR, Notification.UNSUPPORTED_CAPABILITY, missing(config.offer())),
                    "no common address family: theirs " + open.families() + ", ours " + config.families());
        }
        return new Agreed(negotiated);
    }

    /** What is wrong with the peer's role, or null. */
    private static @Nullable String roleMismatch(Offer offer, Open open) {
        var ours = offer.role();
        if (ours == null) {
            return null;
        }
        var theirs = new HashSet<Integer>();
        for (var capability : open.capabilities()) {
            if (capability instanceof Capability.Role(int role)) {
                theirs.add(role);
            }
        }
        if (theirs.isEmpty()) {
            return offer.strictRole() ? "no role: must be " + ours.counterpart() : null;
        }
        if (theirs.size() > 1) {
            return "roles " + theirs + ": must be one";
        }
        int role = theirs.iterator().next();
        var text = Role.of(role).map(Role::toString).orElse("role " + role);
        return role == ours.counterpart().code() ? null : text + ": must be " + ours.counterpart();
    }

    /** The capabilities whose lack costs the session (RFC 5492 section 5). */
    private static Octets missing(Offer offer) {
        var data = new byte[6 * offer.families().size()];
        int at = 0;
        for (var family : offer.families()) {
            data[at] = Capability.Multiprotocol.CODE;
            data[at + 1] = 4;
            data[at + 3] = (byte) family.afi();
            data[at + 5] = (byte) family.safi();
            at += 6;
        }
        return Octets.of(data);
    }

    private static Refused refused(int subcode, String detail) {
        return new Refused(Notification.of(Notification.OPEN_ERROR, subcode), detail);
    }
}
