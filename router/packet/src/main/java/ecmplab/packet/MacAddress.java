package ecmplab.packet;

/** Ethernet address: 48 bits, in the low bits of {@code bits}. */
public record MacAddress(long bits) {
    public static final MacAddress BROADCAST = new MacAddress(0xFFFF_FFFF_FFFFL);

    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("MAC address 0x" + Long.toHexString(bits) + ": more than 48 bits");
        }
    }

    /** Reads {@code 02:00:5e:10:00:01}. */
    public static MacAddress parse(String text) {
        var parts = text.split(":", -1);
        long bits = 0;
        for (var part : parts) {
            if (parts.length != 6 || !part.matches("[0-9a-fA-F]{2}")) {
                throw new IllegalArgumentException("MAC address '" + text + "': must be such as 02:00:5e:10:00:01");
            }
            bits = bits << 8 | Integer.parseInt(part, 16);
        }
        return new MacAddress(bits);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            text.append(String.format("%02x", bits >> shift & 0xFF)).append(shift > 0 ? ":" : "");
        }
        return text.toString();
    }
}
