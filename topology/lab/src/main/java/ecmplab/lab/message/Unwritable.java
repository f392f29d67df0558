package ecmplab.lab.message;

/** JSON that is no BGP message: says which key, what was seen and what was expected. */
public final class Unwritable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unwritable(String message) {
        super(message);
    }
}
