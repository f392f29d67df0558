package ecmplab.bgp.session;

import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The capabilities of our OPEN beyond those that every one of ours has, which are route refresh and four-octet AS numbers. Make one
 * with {@link #of} and change it with the {@code with} methods.
 *
 * @param families what is exchanged, at least one (RFC 4760)
 * @param addPathReceive families of which we take several paths a prefix (RFC 7911)
 * @param addPathSend families of which we send several paths a prefix
 * @param extendedNextHop families whose routes may have a next hop of the other version of IP (RFC 8950): IPv4 unicast or none
 * @param features what else we can
 * @param role what we are to the neighbour (RFC 9234), or null
 * @param strictRole whether a neighbour that tells no role is refused
 * @param hostName our name for people, or null to tell none
 * @param softwareVersion our software for people, or null to tell none
 */
public record Offer(
        Set<AddressFamily> families,
        Set<AddressFamily> addPathReceive,
        Set<AddressFamily> addPathSend,
        Set<AddressFamily> extendedNextHop,
        Set<Feature> features,
        @Nullable Role role,
        boolean strictRole,
        @Nullable String hostName,
        @Nullable String softwareVersion) {
    /** Octets of a name or version, in UTF-8 (draft-ietf-idr-bgp-version section 3). */
    private static final int LONGEST_TEXT = 64;

    private static final int IPV6 = 2;

    /** What is offered or not, without more to say. */
    public enum Feature {
        /** Messages may have up to 65535 octets (RFC 8654). */
        EXTENDED_MESSAGES,
        /** A route refresh is marked at both ends (RFC 7313). */
        ENHANCED_ROUTE_REFRESH,
        /**
         * We keep the routes of a peer that restarts (RFC 4724, 8538). Our own forwarding ends with us, so it is offered for no
         * family.
         */
        RESTART_HELPER;

        /** As in {@code extended-messages}. */
        public String keyword() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public Offer {
        if (families.isEmpty()) {
            throw new IllegalArgumentException("no address family: must be at least one");
        }
        families = copy(families);
        addPathReceive = subset("add-path receive", addPathReceive, families);
        addPathSend = subset("add-path send", addPathSend, families);
        extendedNextHop = subset("extended next hop", extendedNextHop, families);
        if (extendedNextHop.contains(AddressFamily.IPV6_UNICAST)) {
            throw new IllegalArgumentException("extended next hop: must be of IPv4 unicast (RFC 8950 section 4)");
        }
        features = features.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(features));
        if (strictRole && role == null) {
            throw new IllegalArgumentException("strict role: must have a role (RFC 9234 section 4.2)");
        }
        checkText("host name", hostName);
        checkText("software version", softwareVersion);
    }

    private static void checkText(String what, @Nullable String text) {
        if (text != null && text.getBytes(StandardCharsets.UTF_8).length > LONGEST_TEXT) {
            throw new IllegalArgumentException(what + " \"" + text + "\": must have at most 64 octets");
        }
    }

    private static Set<AddressFamily> subset(String what, Set<AddressFamily> some, Set<AddressFamily> families) {
        if (!families.containsAll(some)) {
            throw new IllegalArgumentException(what + " of " + some + ": must be offered families, " + families);
        }
        return copy(some);
    }

    static Set<AddressFamily> copy(Set<AddressFamily> families) {
        return families.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(families));
    }

    /** With all features, and neither a role nor names. */
    public static Offer of(Set<AddressFamily> families) {
        var all = EnumSet.allOf(Feature.class);
        return new Offer(families, Set.of(), Set.of(), Set.of(), all, null, false, null, null);
    }

    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    /** In the order of their codes, as most speakers do it. */
    List<Capability> capabilities(Asn asn) {
        var capabilities = new ArrayList<Capability>();
        families.forEach(family -> capabilities.add(Capability.Multiprotocol.of(family)));
        capabilities.add(new Capability.RouteRefresh());
        if (!extendedNextHop.isEmpty()) {
            capabilities.add(new Capability.ExtendedNextHop(extendedNextHop.stream()
                    .map(family -> new Capability.ExtendedNextHop.Translation(family.afi(), family.safi(), IPV6))
                    .toList()));
        }
        if (has(Feature.EXTENDED_MESSAGES)) {
            capabilities.add(new Capability.ExtendedMessage());
        }
        if (role != null) {
            capabilities.add(new Capability.Role(role.code()));
        }
        if (has(Feature.RESTART_HELPER)) {
            // For no family. FRRouting sends End-of-RIB only to those who know RFC 4724.
            capabilities.add(new Capability.GracefulRestart(false, true, 0, List.of()));
        }
        capabilities.add(new Capability.FourOctetAs(asn));
        addPath(capabilities);
        if (has(Feature.ENHANCED_ROUTE_REFRESH)) {
            capabilities.add(new Capability.EnhancedRouteRefresh());
        }
        if (hostName != null) {
            capabilities.add(new Capability.HostName(hostName, ""));
        }
        if (softwareVersion != null) {
            capabilities.add(new Capability.SoftwareVersion(softwareVersion));
        }
        return capabilities;
    }

    private void addPath(List<Capability> capabilities) {
        var directions = families.stream()
                .filter(family -> addPathReceive.contains(family) || addPathSend.contains(family))
                .map(family -> new Capability.AddPath.Direction(
                        family.afi(), family.safi(), addPathReceive.contains(family), addPathSend.contains(family)))
                .toList();
        if (!directions.isEmpty()) {
            capabilities.add(new Capability.AddPath(directions));
        }
    }

    /** Add-path and extended next hop are offered for what stays of their families. */
    public Offer withFamilies(Set<AddressFamily> offered) {
        return new Offer(
                offered,
                within(addPathReceive, offered),
                within(addPathSend, offered),
                within(extendedNextHop, offered),
                features,
                role,
                strictRole,
                hostName,
                softwareVersion);
    }

    private static Set<AddressFamily> within(Set<AddressFamily> some, Set<AddressFamily> families) {
        var kept = EnumSet.noneOf(AddressFamily.class);
        kept.addAll(some);
        kept.retainAll(families);
        return kept;
    }

    public Offer withAddPath(Set<AddressFamily> receive, Set<AddressFamily> send) {
        return new Offer(
                families, receive, send, extendedNextHop, features, role, strictRole, hostName, softwareVersion);
    }

    public Offer withExtendedNextHop(Set<AddressFamily> of) {
        return new Offer(
                families, addPathReceive, addPathSend, of, features, role, strictRole, hostName, softwareVersion);
    }

    public Offer with(Feature feature, boolean offered) {
        var changed = EnumSet.noneOf(Feature.class);
        changed.addAll(features);
        if (offered) {
            changed.add(feature);
        } else {
            changed.remove(feature);
        }
        return new Offer(
                families,
                addPathReceive,
                addPathSend,
                extendedNextHop,
                changed,
                role,
                strictRole,
                hostName,
                softwareVersion);
    }

    public Offer withRole(@Nullable Role ours, boolean strict) {
        return new Offer(
                families,
                addPathReceive,
                addPathSend,
                extendedNextHop,
                features,
                ours,
                strict,
                hostName,
                softwareVersion);
    }

    public Offer withNames(@Nullable String host, @Nullable String software) {
        return new Offer(
                families, addPathReceive, addPathSend, extendedNextHop, features, role, strictRole, host, software);
    }
}
