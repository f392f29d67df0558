package ecmplab.controller;

/** A row of the database keeps its schema, yet cannot be understood. An expected outcome: no stack trace. */
public final class MalformedRow extends Exception {
    private static final long serialVersionUID = 1;

    private final String why;

    public MalformedRow(String why) {
        super(why, null, false, false);
        this.why = why;
    }

    public String why() {
        return why;
    }
}
