package ecmplab.lab.cli;

/** Exit codes of {@code lab}. */
final class Exit {
    static final int FINE = 0;
    /** What was asked for is not so, or failed. */
    static final int FALSE = 1;

    static final int USAGE = 2;
    /** No lab, node or file of that name. */
    static final int NO_SUCH = 3;
    /** This machine lacks something; the message says which package. */
    static final int NOT_POSSIBLE = 4;

    private Exit() {}
}
