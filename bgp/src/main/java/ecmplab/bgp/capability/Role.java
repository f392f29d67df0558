package ecmplab.bgp.capability;

import java.util.Optional;

/** What a speaker is to its neighbour (RFC 9234 section 4.1), towards another AS. */
public enum Role {
    PROVIDER(0),
    ROUTE_SERVER(1),
    ROUTE_SERVER_CLIENT(2),
    CUSTOMER(3),
    PEER(4);

    private final int code;

    Role(int code) {
        this.code = code;
    }

    /** The value in the capability. */
    public int code() {
        return code;
    }

    /** Empty for a value that nobody has assigned. */
    public static Optional<Role> of(int code) {
        return code >= 0 && code < values().length ? Optional.of(values()[code]) : Optional.empty();
    }

    /** The only role that the other side may have (RFC 9234 section 4.2, table 2). */
    public Role counterpart() {
        return switch (this) {
            case PROVIDER -> CUSTOMER;
            case CUSTOMER -> PROVIDER;
            case ROUTE_SERVER -> ROUTE_SERVER_CLIENT;
            case ROUTE_SERVER_CLIENT -> ROUTE_SERVER;
            case PEER -> PEER;
        };
    }
}
