package ecmplab.bgp.rib;

/**
 * How many paths of a family are used together.
 *
 * @param ebgp paths from other ASes used at most for a prefix; 1 is no multipath
 * @param ibgp paths from our AS used at most
 * @param asPathRelax whether paths of different neighbouring ASes, of equal length, may be used together
 */
public record Multipath(int ebgp, int ibgp, boolean asPathRelax) {
    public static final int MOST = 256;

    public Multipath {
        check(ebgp);
        check(ibgp);
    }

    private static void check(int maximum) {
        if (maximum < 1 || maximum > MOST) {
            throw new IllegalArgumentException("multipath maximum " + maximum + ": must be 1 to " + MOST);
        }
    }
}
