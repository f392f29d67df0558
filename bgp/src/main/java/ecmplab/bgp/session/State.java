package ecmplab.bgp.session;

/** State of a neighbour (RFC 4271 section 8.2.2); with two connections in a collision, that of the one further on. */
public enum State {
    IDLE,
    CONNECT,
    ACTIVE,
    OPEN_SENT,
    OPEN_CONFIRM,
    ESTABLISHED
}
