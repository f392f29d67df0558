package ecmplab.bgp.wire;

/** BGP Identifier: four octets, unique within an AS, not zero (RFC 6286 section 2.1). Ordered as an unsigned number. */
public record RouterId(int bits) implements Comparable<RouterId> {
    /**
     * Reads dotted-quad form.
     *
     * @throws IllegalArgumentException naming the text when it is not four decimal octets
     */
    public static RouterId parse(String text) {
        var parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("router id '" + text + "': must be four octets such as 10.0.0.1");
        }
        int bits = 0;
        for (var part : parts) {
            int octet;
            try {
                octet = Integer.parseInt(part);
            } catch (NumberFormatException notANumber) {
                octet = -1;
            }
            if (octet < 0 || octet > 255) {
                throw new IllegalArgumentException("router id '" + text + "': '" + part + "' is not 0 to 255");
            }
            bits = bits << 8 | octet;
        }
        return new RouterId(bits);
    }

    @Override
    public int compareTo(RouterId other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >> 16 & 0xFF) + "." + (bits >> 8 & 0xFF) + "." + (bits & 0xFF);
    }
}
