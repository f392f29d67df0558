package ecmplab.lab.supervisor;

import java.io.IOException;

/** A lab did not come up; the message says why, with the last lines of whatever failed. */
public final class DeployException extends IOException {
    private static final long serialVersionUID = 1L;

    DeployException(String message) {
        super(message);
    }
}
