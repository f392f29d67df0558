package ecmplab.ovsdb.client;

import java.io.IOException;

/** A call was not answered, for there is no connection or it broke. When it broke, nobody knows whether the call had its effect. */
public final class DisconnectedException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean sent;

    DisconnectedException(String why, boolean sent) {
        super(why);
        this.sent = sent;
    }

    /** Whether the call had been sent, and may have had its effect. */
    public boolean sent() {
        return sent;
    }
}
