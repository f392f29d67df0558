package ecmplab.bgp.policy;

/** What a term says of a route that it matches. */
public enum Verdict {
    /** The route passes, with what was set so far. */
    ACCEPT,
    /** The route does not pass; what it replaces is withdrawn. */
    REJECT,
    /** The next term is asked. */
    NEXT
}
