package ecmplab.bgp.bfd;

/** Why a session last left Up, or did not get there (RFC 5880 section 4.1); the ordinal is the code on the wire. */
public enum Diagnostic {
    NONE("no diagnostic"),
    DETECTION_TIME_EXPIRED("control detection time expired"),
    ECHO_FAILED("echo function failed"),
    NEIGHBOR_SIGNALED_DOWN("neighbor signaled session down"),
    FORWARDING_PLANE_RESET("forwarding plane reset"),
    PATH_DOWN("path down"),
    CONCATENATED_PATH_DOWN("concatenated path down"),
    ADMINISTRATIVELY_DOWN("administratively down"),
    REVERSE_CONCATENATED_PATH_DOWN("reverse concatenated path down"),
    /** A code above 8, reserved. */
    RESERVED("reserved diagnostic");

    private static final Diagnostic[] ALL = values();

    private final String text;

    Diagnostic(String text) {
        this.text = text;
    }

    static Diagnostic of(int code) {
        return code < RESERVED.ordinal() ? ALL[code] : RESERVED;
    }

    @Override
    public String toString() {
        return text;
    }
}
