package ecmplab.hostagent.probe;

/** What probing knows of a backend. */
public enum Health {
    /** No attempt has ended yet. */
    UNKNOWN,
    UP,
    DOWN
}
