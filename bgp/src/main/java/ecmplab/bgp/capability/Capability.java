package ecmplab.bgp.capability;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import java.util.List;

/** What a speaker says in its OPEN that it can do (RFC 5492). One of a kind we know but cannot read is {@link Unknown}. */
public sealed interface Capability {
    /** The code that IANA gave it. */
    int code();

    /** Routes of a family are exchanged (RFC 4760 section 8). The family may be one that we do not carry. */
    record Multiprotocol(int afi, int safi) implements Capability {
        public static final int CODE = 1;

        public static Multiprotocol of(AddressFamily family) {
            return new Multiprotocol(family.afi(), family.safi());
        }

        @Override
        public int code() {
            return CODE;
        }
    }

    /** ROUTE-REFRESH messages are understood (RFC 2918). */
    record RouteRefresh() implements Capability {
        public static final int CODE = 2;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Routes of a family may have a next hop of another (RFC 8950). */
    record ExtendedNextHop(List<Translation> entries) implements Capability {
        public static final int CODE = 5;

        public ExtendedNextHop {
            entries = List.copyOf(entries);
        }

        @Override
        public int code() {
            return CODE;
        }

        public record Translation(int afi, int safi, int nextHopAfi) {}
    }

    /** Messages of up to 65535 octets are understood (RFC 8654). */
    record ExtendedMessage() implements Capability {
        public static final int CODE = 6;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** The role towards the peer (RFC 9234): 0 provider, 1 route server, 2 its client, 3 customer, 4 peer. */
    record Role(int role) implements Capability {
        public static final int CODE = 9;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Forwarding survives a restart of the control plane (RFC 4724). */
    record GracefulRestart(boolean restarting, boolean notification, int restartSeconds, List<PreservedFamily> entries)
            implements Capability {
        public static final int CODE = 64;

        public GracefulRestart {
            entries = List.copyOf(entries);
        }

        @Override
        public int code() {
            return CODE;
        }

        public record PreservedFamily(int afi, int safi, boolean forwardingPreserved) {}
    }

    /** AS numbers have four octets (RFC 6793). */
    record FourOctetAs(Asn asn) implements Capability {
        public static final int CODE = 65;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Several paths a prefix (RFC 7911). */
    record AddPath(List<Direction> entries) implements Capability {
        public static final int CODE = 69;

        public AddPath {
            entries = List.copyOf(entries);
        }

        @Override
        public int code() {
            return CODE;
        }

        public record Direction(int afi, int safi, boolean receives, boolean sends) {}
    }

    /** The bounds of a route refresh are marked (RFC 7313). */
    record EnhancedRouteRefresh() implements Capability {
        public static final int CODE = 70;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Names for people (draft-walton-bgp-hostname-capability). */
    record HostName(String host, String domain) implements Capability {
        public static final int CODE = 73;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** The peer's software, for people (draft-ietf-idr-bgp-version). */
    record SoftwareVersion(String version) implements Capability {
        public static final int CODE = 75;

        @Override
        public int code() {
            return CODE;
        }
    }

    /** Any other code, or a known one whose value does not have its form. */
    record Unknown(int code, Octets value) implements Capability {}
}
