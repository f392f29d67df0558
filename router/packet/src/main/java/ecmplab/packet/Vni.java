package ecmplab.packet;

/** VXLAN network identifier: 24 bits (RFC 7348 section 5). */
public record Vni(int value) {
    public Vni {
        if (value < 0 || value > 0xFF_FFFF) {
            throw new IllegalArgumentException("VNI " + value + ": must be 0 to 16777215");
        }
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
