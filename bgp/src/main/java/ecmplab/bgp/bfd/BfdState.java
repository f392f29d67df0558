package ecmplab.bgp.bfd;

/** State of a session (RFC 5880 section 6.2); the ordinal is the code on the wire. */
public enum BfdState {
    ADMIN_DOWN("AdminDown"),
    DOWN("Down"),
    INIT("Init"),
    UP("Up");

    private static final BfdState[] ALL = values();

    private final String text;

    BfdState(String text) {
        this.text = text;
    }

    static BfdState of(int code) {
        return ALL[code & 3];
    }

    @Override
    public String toString() {
        return text;
    }
}
