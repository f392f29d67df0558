package ecmplab.bgp.attribute;

import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One path attribute as a record: for tools, tests and policy, not for the path of every UPDATE. */
public sealed interface PathAttribute
        permits AsPath,
                PathAttribute.Origin,
                PathAttribute.NextHop,
                PathAttribute.MultiExitDisc,
                PathAttribute.LocalPref,
                PathAttribute.AtomicAggregate,
                PathAttribute.Aggregator,
                PathAttribute.Communities,
                PathAttribute.OriginatorId,
                PathAttribute.ClusterList,
                PathAttribute.ExtendedCommunities,
                PathAttribute.Ipv6ExtendedCommunities,
                PathAttribute.Aigp,
                PathAttribute.LargeCommunities,
                PathAttribute.OnlyToCustomer,
                PathAttribute.Unknown {
    /** Type code, see {@link AttributeType}. */
    int type();

    /** ORIGIN (RFC 4271 section 5.1.1); the constants stand in the order of preference and of their codes. */
    enum Origin implements PathAttribute {
        IGP,
        EGP,
        INCOMPLETE;

        @Override
        public int type() {
            return AttributeType.ORIGIN;
        }
    }

    /** Where to send packets. {@code linkLocal} is the second address of an IPv6 next hop (RFC 2545 section 3), or null. */
    record NextHop(InetAddress address, @Nullable InetAddress linkLocal) implements PathAttribute {
        public NextHop {
            int octets = address.getAddress().length;
            if (linkLocal != null && (octets != 16 || linkLocal.getAddress().length != 16)) {
                throw new IllegalArgumentException("next hop " + address.getHostAddress() + " with link-local address "
                        + linkLocal.getHostAddress() + ": both must be IPv6");
            }
        }

        public NextHop(InetAddress address) {
            this(address, null);
        }

        @Override
        public int type() {
            return AttributeType.NEXT_HOP;
        }
    }

    /** @param bits unsigned; lower is better */
    record MultiExitDisc(int bits) implements PathAttribute {
        public long value() {
            return Integer.toUnsignedLong(bits);
        }

        @Override
        public int type() {
            return AttributeType.MULTI_EXIT_DISC;
        }
    }

    /** @param bits unsigned; higher is better */
    record LocalPref(int bits) implements PathAttribute {
        public long value() {
            return Integer.toUnsignedLong(bits);
        }

        @Override
        public int type() {
            return AttributeType.LOCAL_PREF;
        }
    }

    record AtomicAggregate() implements PathAttribute {
        @Override
        public int type() {
            return AttributeType.ATOMIC_AGGREGATE;
        }
    }

    record Aggregator(Asn asn, RouterId speaker) implements PathAttribute {
        @Override
        public int type() {
            return AttributeType.AGGREGATOR;
        }
    }

    /** Standard communities as 32-bit numbers, AS in the upper half (RFC 1997). */
    record Communities(List<Integer> values) implements PathAttribute {
        public Communities {
            values = List.copyOf(values);
        }

        public static Communities of(int... values) {
            return new Communities(Arrays.stream(values).boxed().toList());
        }

        @Override
        public int type() {
            return AttributeType.COMMUNITIES;
        }

        @Override
        public String toString() {
            return values.stream()
                    .map(value -> (value >>> 16) + ":" + (value & 0xFFFF))
                    .collect(Collectors.joining(" "));
        }
    }

    record OriginatorId(RouterId id) implements PathAttribute {
        @Override
        public int type() {
            return AttributeType.ORIGINATOR_ID;
        }
    }

    record ClusterList(List<RouterId> clusters) implements PathAttribute {
        public ClusterList {
            clusters = List.copyOf(clusters);
        }

        @Override
        public int type() {
            return AttributeType.CLUSTER_LIST;
        }
    }

    record ExtendedCommunities(List<ExtendedCommunity> values) implements PathAttribute {
        public ExtendedCommunities {
            values = List.copyOf(values);
        }

        @Override
        public int type() {
            return AttributeType.EXTENDED_COMMUNITIES;
        }
    }

    /** Communities of 20 octets with an IPv6 address, carried as they are (RFC 5701). */
    record Ipv6ExtendedCommunities(Octets values) implements PathAttribute {
        @Override
        public int type() {
            return AttributeType.IPV6_EXTENDED_COMMUNITIES;
        }
    }

    /** The accumulated IGP metric as its TLVs, which this speaker carries within its AS and does not interpret (RFC 7311). */
    record Aigp(Octets tlvs) implements PathAttribute {
        @Override
        public int type() {
            return AttributeType.AIGP;
        }
    }

    record LargeCommunities(List<LargeCommunity> values) implements PathAttribute {
        public LargeCommunities {
            values = List.copyOf(values);
        }

        @Override
        public int type() {
            return AttributeType.LARGE_COMMUNITIES;
        }
    }

    /** The AS that last sent the route down or sideways: from here on only customers get it (RFC 9234 section 5). */
    record OnlyToCustomer(Asn asn) implements PathAttribute {
        @Override
        public int type() {
            return AttributeType.ONLY_TO_CUSTOMER;
        }
    }

    /** RFC 8092; three unsigned 32-bit numbers. */
    record LargeCommunity(int global, int local1, int local2) {
        @Override
        public String toString() {
            return Integer.toUnsignedString(global) + ":" + Integer.toUnsignedString(local1) + ":"
                    + Integer.toUnsignedString(local2);
        }
    }

    /** An attribute that we do not interpret, with the Optional, Transitive and Partial bits of its flags. */
    record Unknown(int flags, int type, Octets value) implements PathAttribute {
        public Unknown {
            if (AttributeType.flags(type) >= 0) {
                throw new IllegalArgumentException(AttributeType.name(type) + " is not unknown");
            }
        }
    }
}
