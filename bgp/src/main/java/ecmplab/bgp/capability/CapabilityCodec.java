package ecmplab.bgp.capability;

import ecmplab.bgp.capability.Capability.AddPath;
import ecmplab.bgp.capability.Capability.EnhancedRouteRefresh;
import ecmplab.bgp.capability.Capability.ExtendedMessage;
import ecmplab.bgp.capability.Capability.ExtendedNextHop;
import ecmplab.bgp.capability.Capability.FourOctetAs;
import ecmplab.bgp.capability.Capability.GracefulRestart;
import ecmplab.bgp.capability.Capability.HostName;
import ecmplab.bgp.capability.Capability.Multiprotocol;
import ecmplab.bgp.capability.Capability.Role;
import ecmplab.bgp.capability.Capability.RouteRefresh;
import ecmplab.bgp.capability.Capability.SoftwareVersion;
import ecmplab.bgp.capability.Capability.Unknown;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Capabilities as octets: code, length, value (RFC 5492 section 4). */
final class CapabilityCodec {
    private static final int RESTARTING = 0x8;
    private static final int NOTIFICATION = 0x4;
    private static final int FORWARDING_PRESERVED = 0x80;
    private static final int RECEIVES = 1;
    private static final int SENDS = 2;

    /** Reads the value of one capability. Never fails: what does not have its form is {@link Unknown}. */
    static Capability decode(int code, byte[] octets, int from, int length) {
        var value = Arrays.copyOfRange(octets, from, from + length);
        return switch (code) {
            case Multiprotocol.CODE ->
                length == 4 ? new Multiprotocol(BigEndian.uint16(value, 0), value[3] & 0xFF) : unknown(code, value);
            case RouteRefresh.CODE -> length == 0 ? new RouteRefresh() : unknown(code, value);
            case ExtendedNextHop.CODE -> extendedNextHop(value);
            case ExtendedMessage.CODE -> length == 0 ? new ExtendedMessage() : unknown(code, value);
            case Role.CODE -> length == 1 ? new Role(value[0] & 0xFF) : unknown(code, value);
            case GracefulRestart.CODE -> gracefulRestart(value);
            case FourOctetAs.CODE ->
                length == 4 ? new FourOctetAs(new Asn(BigEndian.int32(value, 0))) : unknown(code, value);
            case AddPath.CODE -> addPath(value);
            case EnhancedRouteRefresh.CODE -> length == 0 ? new EnhancedRouteRefresh() : unknown(code, value);
            case HostName.CODE -> hostName(value);
            case SoftwareVersion.CODE -> softwareVersion(value);
            default -> unknown(code, value);
        };
    }

    private static Unknown unknown(int code, byte[] value) {
        return new Unknown(code, Octets.of(value));
    }

    private static Capability extendedNextHop(byte[] value) {
        if (value.length % 6 != 0) {
            return unknown(ExtendedNextHop.CODE, value);
        }
        var entries = new ArrayList<ExtendedNextHop.Translation>();
        for (int at = 0; at < value.length; at += 6) {
            entries.add(new ExtendedNextHop.Translation(
                    BigEndian.uint16(value, at), BigEndian.uint16(value, at + 2), BigEndian.uint16(value, at + 4)));
        }
        return new ExtendedNextHop(entries);
    }

    private static Capability gracefulRestart(byte[] value) {
        if (value.length < 2 || (value.length - 2) % 4 != 0) {
            return unknown(GracefulRestart.CODE, value);
        }
        int head = BigEndian.uint16(value, 0);
        var entries = new ArrayList<GracefulRestart.PreservedFamily>();
        for (int at = 2; at < value.length; at += 4) {
            entries.add(new GracefulRestart.PreservedFamily(
                    BigEndian.uint16(value, at), value[at + 2] & 0xFF, (value[at + 3] & FORWARDING_PRESERVED) != 0));
        }
        int flags = head >>> 12;
        return new GracefulRestart((flags & RESTARTING) != 0, (flags & NOTIFICATION) != 0, head & 0xFFF, entries);
    }

    private static Capability addPath(byte[] value) {
        if (value.length % 4 != 0) {
            return unknown(AddPath.CODE, value);
        }
        var entries = new ArrayList<AddPath.Direction>();
        for (int at = 0; at < value.length; at += 4) {
            int way = value[at + 3] & 0xFF;
            if (way > (RECEIVES | SENDS)) {
                way = 0; // such an entry is to be ignored (RFC 7911 section 4)
            }
            entries.add(new AddPath.Direction(
                    BigEndian.uint16(value, at), value[at + 2] & 0xFF, (way & RECEIVES) != 0, (way & SENDS) != 0));
        }
        return new AddPath(entries);
    }

    private static Capability hostName(byte[] value) {
        int hostLength = value.length > 0 ? value[0] & 0xFF : -1;
        if (hostLength < 0 || value.length < 2 + hostLength) {
            return unknown(HostName.CODE, value);
        }
        int domainLength = value[1 + hostLength] & 0xFF;
        if (value.length != 2 + hostLength + domainLength) {
            return unknown(HostName.CODE, value);
        }
        return new HostName(text(value, 1, hostLength), text(value, 2 + hostLength, domainLength));
    }

    /** Implementations differ: some put the length in front of the text once more. */
    private static Capability softwareVersion(byte[] value) {
        boolean inner = value.length > 0 && (value[0] & 0xFF) == value.length - 1;
        int from = inner ? 1 : 0;
        return new SoftwareVersion(text(value, from, value.length - from));
    }

    private static String text(byte[] value, int from, int length) {
        return new String(value, from, length, StandardCharsets.UTF_8);
    }

    /** Writes code, length and value. */
    static void encode(Capability capability, ByteBuf out) {
        int lengthAt = out.writerIndex() + 1;
        out.writeByte(capability.code()).writeByte(0);
        switch (capability) {
            case Multiprotocol(int afi, int safi) ->
                out.writeShort(afi).writeByte(0).writeByte(safi);
            case RouteRefresh() -> {}
            case ExtendedNextHop(var entries) ->
                entries.forEach(entry ->
                        out.writeShort(entry.afi()).writeShort(entry.safi()).writeShort(entry.nextHopAfi()));
            case ExtendedMessage() -> {}
            case Role(int role) -> out.writeByte(role);
            case GracefulRestart restart -> encode(restart, out);
            case FourOctetAs(var asn) -> out.writeInt(asn.bits());
            case AddPath(var entries) ->
                entries.forEach(entry -> out.writeShort(entry.afi())
                        .writeByte(entry.safi())
                        .writeByte((entry.receives() ? RECEIVES : 0) | (entry.sends() ? SENDS : 0)));
            case EnhancedRouteRefresh() -> {}
            case HostName(var host, var domain) ->
                List.of(host, domain).forEach(name -> {
                    var octets = name.getBytes(StandardCharsets.UTF_8);
                    out.writeByte(octets.length).writeBytes(octets);
                });
            case SoftwareVersion(var version) -> {
                var octets = version.getBytes(StandardCharsets.UTF_8);
                out.writeByte(octets.length).writeBytes(octets);
            }
            case Unknown unknown -> out.writeBytes(unknown.value().toArray());
        }
        int length = out.writerIndex() - lengthAt - 1;
        if (length > 255) {
            throw new IllegalArgumentException(
                    "capability " + capability + " of " + length + " octets: must be at most 255");
        }
        out.setByte(lengthAt, length);
    }

    private static void encode(GracefulRestart restart, ByteBuf out) {
        int flags = (restart.restarting() ? RESTARTING : 0) | (restart.notification() ? NOTIFICATION : 0);
        out.writeShort(flags << 12 | restart.restartSeconds());
        for (var entry : restart.entries()) {
            out.writeShort(entry.afi()).writeByte(entry.safi());
            out.writeByte(entry.forwardingPreserved() ? FORWARDING_PRESERVED : 0);
        }
    }

    private CapabilityCodec() {}
}
