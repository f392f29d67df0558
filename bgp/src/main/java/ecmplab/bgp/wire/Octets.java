package ecmplab.bgp.wire;

import java.util.Arrays;
import java.util.HexFormat;

/** A few immutable octets that compare by content: what a record holds when the meaning is unknown or opaque. */
public final class Octets {
    public static final Octets NONE = new Octets(new byte[0]);

    private final byte[] octets;

    private Octets(byte[] octets) {
        this.octets = octets;
    }

    public static Octets of(byte... octets) {
        return octets.length == 0 ? NONE : new Octets(octets.clone());
    }

    public static Octets copy(byte[] octets, int from, int length) {
        return length == 0 ? NONE : new Octets(Arrays.copyOfRange(octets, from, from + length));
    }

    public int length() {
        return octets.length;
    }

    /** The octet at {@code index}, 0 to 255. */
    public int at(int index) {
        return octets[index] & 0xFF;
    }

    public byte[] toArray() {
        return octets.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Octets that && Arrays.equals(octets, that.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(octets);
    }
}
