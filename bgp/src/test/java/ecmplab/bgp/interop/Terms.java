package ecmplab.bgp.interop;

import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.List;

/**
 * How a daemon is set up for an episode.
 *
 * @param theyDial otherwise they wait
 * @param six whether the session runs over IPv6
 * @param key of TCP MD5, or empty
 * @param addPath whether several paths are sent and received
 * @param routes how many of each family they announce
 * @param restartSeconds of graceful restart, which they offer for both families when it is not 0
 * @param restarting whether they come back from a restart, and say so
 */
record Terms(
        boolean theyDial,
        boolean six,
        String key,
        boolean addPath,
        int routes,
        int restartSeconds,
        boolean restarting) {
    static final int THEIR_AS = 65_100;
    static final long OUR_AS = 4_200_000_001L;
    /** What their routes have. */
    static final String COMMUNITY = THEIR_AS + ":7";

    Terms(boolean theyDial, boolean six, String key, boolean addPath, int routes) {
        this(theyDial, six, key, addPath, routes, 0, false);
    }

    List<Prefix> theirRoutes(boolean ofSix) {
        var prefixes = new ArrayList<Prefix>();
        for (int i = 0; i < routes; i++) {
            prefixes.add(
                    ofSix
                            ? Prefix.v6(0x2001_0db8_0000_0000L + ((long) i << 16), 0, 48)
                            : Prefix.v4(0x1400_0000 + (i << 8), 24));
        }
        return prefixes;
    }

    List<Prefix> ourRoutes(boolean ofSix) {
        var prefixes = new ArrayList<Prefix>();
        for (int i = 0; i < routes; i++) {
            prefixes.add(
                    ofSix
                            ? Prefix.v6(0x2001_0db9_0000_0000L + ((long) i << 16), 0, 48)
                            : Prefix.v4(0x1E00_0000 + (i << 8), 24));
        }
        return prefixes;
    }
}
