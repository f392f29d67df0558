package ecmplab.bgp.rib;

/**
 * How many routes of a family a peer may announce, before policy.
 *
 * @param maximum a route beyond that many is refused, and the listener told, who ends the session (RFC 4486, Cease/1)
 * @param warningPercent of the maximum, 1 to 100: the listener is told when so many are reached
 */
public record PrefixLimit(int maximum, int warningPercent) {
    public PrefixLimit {
        if (maximum < 1) {
            throw new IllegalArgumentException("prefix limit " + maximum + ": must be at least 1");
        }
        if (warningPercent < 1 || warningPercent > 100) {
            throw new IllegalArgumentException("prefix limit warning at " + warningPercent + " %: must be 1 to 100");
        }
    }

    public static PrefixLimit of(int maximum) {
        return new PrefixLimit(maximum, 75);
    }

    /** Routes at which to warn. */
    public int warning() {
        return (int) Math.max(1, (long) maximum * warningPercent / 100);
    }
}
