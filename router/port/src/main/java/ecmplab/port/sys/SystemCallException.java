package ecmplab.port.sys;

import java.io.IOException;

/** A system call failed: says which, on what, and the errno by name. */
public final class SystemCallException extends IOException {
    private final int errno;

    /** @param call with its arguments as far as they tell something, such as {@code bind(AF_PACKET) on eth0} */
    public SystemCallException(String call, int errno) {
        super(call + ": " + Errno.name(errno));
        this.errno = errno;
    }

    /** See {@link Errno}. */
    public int errno() {
        return errno;
    }
}
