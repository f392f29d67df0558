package ecmplab.bgp.mrt;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** The body of one record while it is read: each call takes the next field. */
final class MrtBody {
    /** The fields do not fit the body. Never leaves {@link MrtReader}. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;
        private final String reason;

        Malformed(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    private static final int AFI_IPV4 = 1;
    private static final int AFI_IPV6 = 2;

    private final byte[] octets;
    private final int to;
    private int at;

    MrtBody(byte[] octets, int length) {
        this.octets = octets;
        this.to = length;
    }

    /** Moves on; returns where the field begins. */
    private int take(int count) throws Malformed {
        if (count > to - at) {
            throw new Malformed("a field of " + count + " octets at octet " + at + " of a body of " + to);
        }
        at += count;
        return at - count;
    }

    int octet() throws Malformed {
        return octets[take(1)] & 0xFF;
    }

    int uint16() throws Malformed {
        return BigEndian.uint16(octets, take(2));
    }

    int int32() throws Malformed {
        return BigEndian.int32(octets, take(4));
    }

    Octets octets(int count) throws Malformed {
        return Octets.copy(octets, take(count), count);
    }

    Octets rest() throws Malformed {
        return octets(to - at);
    }

    void end() throws Malformed {
        if (at < to) {
            throw new Malformed((to - at) + " octets are left after the last field");
        }
    }

    Asn asn(boolean wide) throws Malformed {
        return new Asn(wide ? int32() : uint16());
    }

    InetAddress address(boolean v6) throws Malformed {
        var address = octets(v6 ? 16 : 4).toArray();
        try {
            // Not InetAddress.getByAddress, which makes an IPv4 address of an IPv4-mapped one.
            return v6 ? Inet6Address.getByAddress(null, address, -1) : InetAddress.getByAddress(address);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    MrtRecord.Ends ends(boolean wide) throws Malformed {
        var peerAsn = asn(wide);
        var localAsn = asn(wide);
        int interfaceIndex = uint16();
        int afi = uint16();
        if (afi != AFI_IPV4 && afi != AFI_IPV6) {
            throw new Malformed("address family " + afi + ": must be 1 or 2");
        }
        boolean v6 = afi == AFI_IPV6;
        return new MrtRecord.Ends(peerAsn, localAsn, interfaceIndex, address(v6), address(v6));
    }

    Prefix prefix(AddressFamily family) throws Malformed {
        int length = octet();
        if (length > family.bits()) {
            throw new Malformed("prefix length " + length + ": must be at most " + family.bits());
        }
        int count = (length + 7) >>> 3;
        int from = take(count);
        long high = 0;
        long low = 0;
        for (int i = 0; i < count; i++) {
            long octet = octets[from + i] & 0xFF;
            if (i < 8) {
                high |= octet << (56 - 8 * i);
            } else {
                low |= octet << (120 - 8 * i);
            }
        }
        return new Prefix(family, high, low, length);
    }
}
