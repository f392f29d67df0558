package ecmplab.bgp.capability;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.RouterId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * An OPEN message (RFC 4271 section 4.2).
 *
 * @param asn the speaker's AS: from the four-octet capability where there is one, otherwise from My Autonomous System
 * @param holdTimeSeconds 0, or 3 to 65535
 * @param capabilities in the order of the message, over all its parameters
 */
public record Open(Asn asn, int holdTimeSeconds, RouterId routerId, List<Capability> capabilities) {
    private static final int VERSION = 4;
    private static final int FIXED = 29;
    private static final int PARAMETER_CAPABILITIES = 2;
    /** Where a first parameter's type would be, says that all lengths have two octets (RFC 9072). */
    private static final int EXTENDED = 255;

    /** Capabilities without which the session would mean something else: one that cannot be read is an error (RFC 4271 section 6.2). */
    private static final Set<Integer> FIXED_FORM =
            Set.of(Capability.Multiprotocol.CODE, Capability.Role.CODE, Capability.FourOctetAs.CODE);

    private static final int UNSUPPORTED_VERSION = 1;
    private static final int BAD_PEER_AS = 2;
    private static final int BAD_IDENTIFIER = 3;
    private static final int UNSUPPORTED_PARAMETER = 4;
    private static final int UNACCEPTABLE_HOLD_TIME = 6;

    public Open {
        capabilities = List.copyOf(capabilities);
        if (holdTimeSeconds < 0 || holdTimeSeconds > 65535 || holdTimeSeconds == 1 || holdTimeSeconds == 2) {
            throw new IllegalArgumentException("hold time " + holdTimeSeconds + " s: must be 0 or 3 to 65535");
        }
    }

    /** What reading an OPEN comes to. */
    public sealed interface Outcome {
        record Valid(Open open) implements Outcome {}

        /** @param reason what was seen and what was expected */
        record Malformed(Notification notification, String reason) implements Outcome {}
    }

    /** Whether the peer has four-octet AS numbers. */
    public boolean fourOctetAs() {
        return has(Capability.FourOctetAs.class);
    }

    public boolean has(Class<? extends Capability> kind) {
        return capabilities.stream().anyMatch(kind::isInstance);
    }

    /** The first capability of the kind; a speaker that sends several of one means the same by them (RFC 5492 section 4). */
    public <C extends Capability> Optional<C> first(Class<C> kind) {
        return capabilities.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    /** Families of which this speaker takes several paths a prefix (RFC 7911). */
    public Set<AddressFamily> addPathReceives() {
        return addPath(Capability.AddPath.Direction::receives);
    }

    /** Families of which this speaker sends several paths a prefix (RFC 7911). */
    public Set<AddressFamily> addPathSends() {
        return addPath(Capability.AddPath.Direction::sends);
    }

    private Set<AddressFamily> addPath(Predicate<Capability.AddPath.Direction> way) {
        return familiesOf(
                Capability.AddPath.class,
                (capability, family) -> capability.entries().stream()
                        .anyMatch(entry ->
                                entry.afi() == family.afi() && entry.safi() == family.safi() && way.test(entry)));
    }

    /** Families of which this speaker takes next hops of the other version of IP (RFC 8950). */
    public Set<AddressFamily> extendedNextHops() {
        return familiesOf(
                Capability.ExtendedNextHop.class,
                (capability, family) -> capability.entries().stream()
                        .anyMatch(entry -> entry.afi() == family.afi()
                                && entry.safi() == family.safi()
                                && entry.nextHopAfi() != family.afi()));
    }

    private <C extends Capability> Set<AddressFamily> familiesOf(Class<C> kind, BiPredicate<C, AddressFamily> says) {
        var families = EnumSet.noneOf(AddressFamily.class);
        for (var capability : capabilities) {
            for (var family : AddressFamily.values()) {
                if (kind.isInstance(capability) && says.test(kind.cast(capability), family)) {
                    families.add(family);
                }
            }
        }
        return families;
    }

    /** Families that we carry and this speaker offers; IPv4 unicast when it offers none (RFC 4760 section 8). */
    public Set<AddressFamily> families() {
        if (capabilities.stream().noneMatch(Capability.Multiprotocol.class::isInstance)) {
            return EnumSet.of(AddressFamily.IPV4_UNICAST);
        }
        var families = EnumSet.noneOf(AddressFamily.class);
        for (var family : AddressFamily.values()) {
            if (capabilities.contains(Capability.Multiprotocol.of(family))) {
                families.add(family);
            }
        }
        return families;
    }

    /** Reads the message of {@code length} octets at {@code from}; framing was checked, so it has at least 29. */
    public static Outcome decode(byte[] octets, int from, int length) {
        int version = octets[from + 19] & 0xFF;
        if (version != VERSION) {
            var data = Octets.of((byte) 0, (byte) VERSION);
            return malformed(UNSUPPORTED_VERSION, data, "BGP version " + version + ": must be 4");
        }
        int holdTime = BigEndian.uint16(octets, from + 22);
        if (holdTime == 1 || holdTime == 2) {
            return malformed(
                    UNACCEPTABLE_HOLD_TIME,
                    Octets.NONE,
                    "hold time " + holdTime + " s: must be 0 or at least 3 (RFC 4271 section 4.2)");
        }
        var routerId = new RouterId(BigEndian.int32(octets, from + 24));
        if (routerId.bits() == 0) {
            return malformed(BAD_IDENTIFIER, Octets.NONE, "BGP Identifier 0.0.0.0 (RFC 6286 section 2.1)");
        }
        var capabilities = new ArrayList<Capability>();
        var fault = parameters(octets, from, from + length, capabilities);
        if (fault != null) {
            return fault;
        }
        var asn = new Asn(BigEndian.uint16(octets, from + 20));
        boolean zero = asn.bits() == 0;
        for (var capability : capabilities.reversed()) {
            if (capability instanceof Capability.FourOctetAs(var wide)) {
                asn = wide;
                zero |= wide.bits() == 0;
            }
        }
        if (zero) {
            return malformed(BAD_PEER_AS, Octets.NONE, "AS 0 (RFC 7607)");
        }
        return new Outcome.Valid(new Open(asn, holdTime, routerId, capabilities));
    }

    private static Outcome.@org.jspecify.annotations.Nullable Malformed parameters(
            byte[] octets, int from, int to, List<Capability> capabilities) {
        int at = from + FIXED;
        int end = at + (octets[from + 28] & 0xFF);
        boolean extended = to - at >= 3 && end > at && (octets[at] & 0xFF) == EXTENDED;
        if (extended) {
            end = at + 3 + BigEndian.uint16(octets, at + 1);
            at += 3;
        }
        if (end != to) {
            return malformed(
                    0,
                    Octets.NONE,
                    "optional parameters of " + (end - at) + " octets in a message that has " + (to - at)
                            + " for them");
        }
        int header = extended ? 3 : 2;
        while (at < end) {
            int size = end - at < header ? -1 : extended ? BigEndian.uint16(octets, at + 1) : octets[at + 1] & 0xFF;
            if (size < 0 || size > end - at - header) {
                return malformed(0, Octets.NONE, "an optional parameter runs past the message");
            }
            int type = octets[at] & 0xFF;
            if (type != PARAMETER_CAPABILITIES) {
                return malformed(UNSUPPORTED_PARAMETER, Octets.NONE, "optional parameter type " + type + ": must be 2");
            }
            if (!capabilities(octets, at + header, at + header + size, capabilities)) {
                return malformed(0, Octets.NONE, "a capability runs past its parameter");
            }
            for (var capability : capabilities) {
                if (capability instanceof Capability.Unknown(int code, var value) && FIXED_FORM.contains(code)) {
                    return malformed(0, Octets.NONE, "capability " + code + " of " + value.length() + " octets");
                }
            }
            at += header + size;
        }
        return null;
    }

    private static boolean capabilities(byte[] octets, int from, int to, List<Capability> capabilities) {
        for (int at = from; at < to; ) {
            if (to - at < 2 || (octets[at + 1] & 0xFF) > to - at - 2) {
                return false;
            }
            int size = octets[at + 1] & 0xFF;
            capabilities.add(CapabilityCodec.decode(octets[at] & 0xFF, octets, at + 2, size));
            at += 2 + size;
        }
        return true;
    }

    private static Outcome.Malformed malformed(int subcode, Octets data, String reason) {
        return new Outcome.Malformed(new Notification(Notification.OPEN_ERROR, subcode, data), reason);
    }

    /** Writes the message, all capabilities in one parameter; in the form of RFC 9072 when they are longer than 253 octets. */
    public void encode(ByteBuf out) {
        var offered = Unpooled.buffer();
        capabilities.forEach(capability -> CapabilityCodec.encode(capability, offered));
        int size = offered.readableBytes();
        boolean extended = size > 253;
        int parameters = size == 0 ? 0 : extended ? 6 + size : 2 + size;
        if (FIXED + parameters > Framing.STANDARD_MESSAGE) {
            throw new IllegalArgumentException("capabilities of " + size + " octets do not fit an OPEN");
        }
        Framing.writeHeader(out, FIXED + parameters, Framing.OPEN);
        out.writeByte(VERSION);
        out.writeShort((asn.fitsTwoOctets() ? asn : Asn.TRANS).bits());
        out.writeShort(holdTimeSeconds).writeInt(routerId.bits());
        out.writeByte(extended ? EXTENDED : parameters);
        if (extended) {
            out.writeByte(EXTENDED)
                    .writeShort(3 + size)
                    .writeByte(PARAMETER_CAPABILITIES)
                    .writeShort(size);
        } else if (size > 0) {
            out.writeByte(PARAMETER_CAPABILITIES).writeByte(size);
        }
        out.writeBytes(offered);
    }
}
