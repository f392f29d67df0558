package ecmplab.bgp.attribute;

import static ecmplab.bgp.attribute.AttributeType.MP_REACH_NLRI;
import static ecmplab.bgp.attribute.AttributeType.MP_UNREACH_NLRI;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;
import org.jspecify.annotations.Nullable;

/**
 * Where in MP_REACH_NLRI and MP_UNREACH_NLRI the next hop and the routes are, and what is wrong with what is around them (RFC 4760,
 * RFC 7606 sections 7.11 and 7.12, RFC 8950). Reused from message to message; for one thread.
 */
final class MultiprotocolFields {
    private static final AddressFamily[] FAMILIES = AddressFamily.values();

    private final UpdateOptions options;
    private final FaultLog faults;

    /** A null family is one that does not count. */
    @Nullable
    AddressFamily reachFamily;

    int reachFrom;
    int reachTo;
    int nextHop;
    int nextHopSize;

    @Nullable
    AddressFamily unreachFamily;

    int unreachFrom;
    int unreachTo;

    /** Whether MP_REACH_NLRI has routes, of whatever family. */
    boolean encodesReachable;

    MultiprotocolFields(UpdateOptions options, FaultLog faults) {
        this.options = options;
        this.faults = faults;
    }

    void clear() {
        reachFamily = null;
        unreachFamily = null;
        encodesReachable = false;
    }

    void locate(byte[] octets, AttributeWalk walk) {
        if (walk.met(MP_UNREACH_NLRI)) {
            locateUnreach(octets, walk.valueAt(MP_UNREACH_NLRI), walk.sizeOf(MP_UNREACH_NLRI));
        }
        if (walk.met(MP_REACH_NLRI)) {
            locateReach(octets, walk.valueAt(MP_REACH_NLRI), walk.sizeOf(MP_REACH_NLRI));
        }
    }

    private void locateUnreach(byte[] octets, int at, int size) {
        if (size < 3) {
            fault(MP_UNREACH_NLRI, at, size + " octets: must be at least 3", "RFC 7606 section 7.12");
            return;
        }
        unreachFamily = family(octets, at, MP_UNREACH_NLRI);
        unreachFrom = at + 3;
        unreachTo = at + size;
        if (unreachFamily != null) {
            NlriField.check(
                    octets, unreachFrom, unreachTo, unreachFamily, idSize(unreachFamily), MP_UNREACH_NLRI, faults);
        }
    }

    private void locateReach(byte[] octets, int at, int size) {
        if (size < 5) {
            fault(MP_REACH_NLRI, at, size + " octets: must be at least 5", "RFC 7606 section 7.11");
            return;
        }
        nextHop = at + 4;
        nextHopSize = octets[at + 3] & 0xFF;
        reachFrom = nextHop + nextHopSize + 1;
        reachTo = at + size;
        if (reachFrom > reachTo) {
            fault(
                    MP_REACH_NLRI,
                    at + 3,
                    "next hop of " + nextHopSize + " octets runs past it",
                    "RFC 7606 section 7.11");
            return;
        }
        encodesReachable = reachFrom < reachTo;
        var family = family(octets, at, MP_REACH_NLRI);
        if (family == null) {
            return;
        }
        if (!mayHaveNextHop(family, nextHopSize)) {
            fault(
                    MP_REACH_NLRI,
                    at + 3,
                    "next hop of " + nextHopSize + " octets for " + family,
                    "RFC 7606 section 7.11");
            return;
        }
        reachFamily = family;
        NlriField.check(octets, reachFrom, reachTo, family, idSize(family), MP_REACH_NLRI, faults);
        if (!isHost(octets, nextHop, nextHopSize)) {
            faults.add(
                    Cost.TREAT_AS_WITHDRAW,
                    MP_REACH_NLRI,
                    AttributeRules.OPTIONAL_ERROR,
                    nextHop,
                    Octets.NONE,
                    "next hop in MP_REACH_NLRI: must be the address of a host",
                    "RFC 4271 section 6.3");
        }
    }

    /** RFC 2545 section 3 for IPv6; IPv4 has IPv6 next hops where both sides know RFC 8950. */
    private boolean mayHaveNextHop(AddressFamily family, int size) {
        boolean six = size == 16 || size == 32;
        return switch (family) {
            case IPV6_UNICAST -> six;
            case IPV4_UNICAST -> size == 4 || (six && options.extendedNextHop().contains(family));
        };
    }

    /** Octets of a path identifier in front of each prefix. */
    int idSize(AddressFamily family) {
        return options.addPath().contains(family) ? 4 : 0;
    }

    /** Not unspecified, loopback or multicast. */
    private static boolean isHost(byte[] octets, int at, int size) {
        if (size == 4) {
            return AttributeRules.isHost(octets[at] & 0xFF);
        }
        long high = BigEndian.int64(octets, at);
        long low = BigEndian.int64(octets, at + 8);
        boolean unspecifiedOrLoopback = high == 0 && (low == 0 || low == 1);
        return !unspecifiedOrLoopback && high >>> 56 != 0xFF;
    }

    /** The family in the three octets at {@code at}, or null when it was not negotiated: the attribute is ignored. */
    private @Nullable AddressFamily family(byte[] octets, int at, int type) {
        int afi = BigEndian.uint16(octets, at);
        int safi = octets[at + 2] & 0xFF;
        for (var family : FAMILIES) {
            if (family.afi() == afi
                    && family.safi() == safi
                    && options.families().contains(family)) {
                return family;
            }
        }
        faults.add(
                Cost.DISCARD_ATTRIBUTE,
                type,
                AttributeRules.OPTIONAL_ERROR,
                at,
                Octets.NONE,
                AttributeType.name(type) + " of AFI " + afi + " SAFI " + safi + ", which was not negotiated",
                "RFC 4760 section 6");
        return null;
    }

    private void fault(int type, int at, String reason, String rule) {
        faults.add(
                Cost.SESSION_RESET,
                type,
                AttributeRules.OPTIONAL_ERROR,
                at,
                Octets.NONE,
                AttributeType.name(type) + ": " + reason,
                rule);
    }
}
