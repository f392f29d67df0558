package ecmplab.bench;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The policies that all speakers are given, as users write them. Import: bogons and black-holed routes are refused, MED becomes 0, a
 * community is added, and a neighbour's communities or an AS on the path choose the local preference, the first of them that is there.
 * Export: what is marked as internal stays, MED is set. The configurations say this in each speaker's language; here is what comes of it.
 */
final class UserPolicy {
    /** Import: added to every route. */
    static final int MARK = community(1);
    /** Import: local preference 50. */
    static final int LAST = community(50);
    /** Import: local preference 200. */
    static final int FIRST = community(200);
    /** Export: not told. */
    static final int INTERNAL = community(100);
    /** Import: refused (RFC 7999). */
    static final int BLACKHOLE = 0xFFFF_029A;
    /** Import: local preference 80 with it anywhere on the path. */
    static final int FAR_AS = 64_999;
    /** Export: the MED of all routes. */
    static final int MED = 10;

    static final int REFUSED = -1;
    private static final int USUAL = 100;

    private static final List<String> BOGONS_4 = List.of(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.2.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3");
    private static final List<String> BOGONS_6 =
            List.of("2001:db8::/32", "2002::/16", "3fff::/20", "fc00::/7", "fe80::/10", "ff00::/8");
    private static final long[] KEYS_4 = keys(BOGONS_4);
    private static final long[] KEYS_6 = keys(BOGONS_6);

    private final boolean isOn;

    /** @param isOn else everything is let through as it is */
    UserPolicy(boolean isOn) {
        this.isOn = isOn;
    }

    boolean isOn() {
        return isOn;
    }

    /** These and all that is in them. */
    static List<String> bogons(boolean v6) {
        return v6 ? BOGONS_6 : BOGONS_4;
    }

    static boolean isBogon(boolean v6, long key) {
        for (long bogon : v6 ? KEYS_6 : KEYS_4) {
            int length = PrefixSet.length(bogon);
            if (PrefixSet.length(key) >= length && (key ^ bogon) >>> (64 - length) == 0) {
                return true;
            }
        }
        return false;
    }

    /** The local preference that import gives, or {@link #REFUSED}. */
    int preference(boolean v6, long key, TestPath path) {
        if (path.contains(Layout.SPEAKER_AS)) {
            return REFUSED; // a loop (RFC 4271 section 9.1.2), whatever the policy
        }
        if (!isOn) {
            return USUAL;
        }
        if (path.has(BLACKHOLE) || isBogon(v6, key)) {
            return REFUSED;
        }
        if (path.has(LAST)) {
            return 50;
        }
        if (path.has(FIRST)) {
            return 200;
        }
        return path.contains(FAR_AS) ? 80 : USUAL;
    }

    /** Whether the path is told to receivers when it is the best. */
    boolean isTold(TestPath path) {
        return !isOn || !path.has(INTERNAL);
    }

    private static int community(int low) {
        return (Layout.SPEAKER_AS << 16) | low;
    }

    private static long[] keys(List<String> networks) {
        return networks.stream()
                .flatMapToLong(network -> LongStream.of(key(network)))
                .toArray();
    }

    private static long key(String network) {
        int slash = network.indexOf('/');
        var address =
                Arrays.copyOf(InetAddress.ofLiteral(network.substring(0, slash)).getAddress(), 16);
        return ByteBuffer.wrap(address).getLong() | Integer.parseInt(network.substring(slash + 1));
    }
}
