package ecmplab.lab.file;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.AddressText;
import java.net.InetAddress;

/** An address of an interface with the length of its subnet, such as {@code 10.0.1.1/31}; host bits are kept. */
public record InterfaceAddress(InetAddress address, int length) {
    public InterfaceAddress {
        int bits = address.getAddress().length * 8;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException("prefix length " + length + ": must be 0 to " + bits);
        }
    }

    /** @throws IllegalArgumentException naming the text; a length is required, and no name is ever looked up */
    public static InterfaceAddress parse(String text) {
        int slash = text.indexOf('/');
        try {
            return new InterfaceAddress(
                    InetAddress.ofLiteral(text.substring(0, Math.max(slash, 0))),
                    Integer.parseInt(text.substring(slash + 1)));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("address '" + text + "': must be such as 10.0.1.1/31", wrong);
        }
    }

    /** An address alone, its own subnet. */
    public static InterfaceAddress host(InetAddress address) {
        return new InterfaceAddress(address, address.getAddress().length * 8);
    }

    public AddressFamily family() {
        return prefix().family();
    }

    /** The subnet it is in. */
    public Prefix prefix() {
        return Prefix.of(address, length);
    }

    @Override
    public String toString() {
        return AddressText.of(address) + "/" + length;
    }
}
