package ecmplab.bgp.bfd;

/** Why a received packet was discarded (RFC 5880 section 6.8.6, RFC 5881 section 5); each is a counter. */
public enum PacketFault {
    /** TTL or Hop Limit was not 255: the packet may have come from elsewhere than the link. */
    TTL("TTL not 255"),
    SHORT("shorter than 24 octets"),
    VERSION("version not 1"),
    LENGTH_TOO_SMALL("length field below 24, or below 26 with authentication"),
    LENGTH_BEYOND_PACKET("length field beyond the packet"),
    MULTIPLIER_ZERO("detect multiplier 0"),
    MULTIPOINT("multipoint bit set"),
    MY_DISCRIMINATOR_ZERO("my discriminator 0"),
    YOUR_DISCRIMINATOR_ZERO("your discriminator 0 in state Init or Up"),
    UNKNOWN_DISCRIMINATOR("your discriminator of no session"),
    UNKNOWN_SOURCE("from an address without a session"),
    AUTHENTICATION("authenticated, and no key is known"),
    ADMINISTRATIVELY_DOWN("session is administratively down");

    private final String text;

    PacketFault(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
