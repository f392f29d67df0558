package ecmplab.ovsdb.data;

/** Carries an {@link OvsdbError} out of a parser or an operation to where it is answered. It is an expected outcome: no stack trace. */
public final class OvsdbException extends Exception {
    private final transient OvsdbError error;

    public OvsdbException(OvsdbError error) {
        super(error.toString(), null, false, false);
        this.error = error;
    }

    public OvsdbError error() {
        return error;
    }
}
