package ecmplab.bgp.policy;

/** What a term does with a route that it matches. The first verdict ends the evaluation. */
public sealed interface Action {
    /** The route passes. */
    record Accept() implements Action {}

    /** The route does not pass; what it replaces is withdrawn. */
    record Reject() implements Action {}
}
