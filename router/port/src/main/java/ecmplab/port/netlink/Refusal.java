package ecmplab.port.netlink;

import ecmplab.port.sys.Errno;

/**
 * The kernel did not do what it was asked.
 *
 * @param errno see {@link Errno}
 * @param text the kernel's own words, or empty
 */
public record Refusal(int errno, String text) {
    @Override
    public String toString() {
        return text.isEmpty() ? Errno.name(errno) : Errno.name(errno) + ": " + text;
    }
}
