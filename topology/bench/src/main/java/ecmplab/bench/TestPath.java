package ecmplab.bench;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * What a source says of some prefixes, but for its own address: attributes of an UPDATE (RFC 4271 section 4.3).
 */
final class TestPath {
    private static final byte[] NONE = {};
    private static final int INCOMPLETE = 2;

    private final int[] asns;
    private final int origin;
    private final int[] communities;
    private final byte[] others;

    /**
     * Keeps the arrays.
     *
     * @param asns the AS path, one sequence, the source's own AS first
     * @param origin 0 IGP, 1 EGP, 2 INCOMPLETE
     * @param communities may be empty
     * @param others whole attributes in their wire form, of types above 3 and other than communities, in ascending order
     */
    TestPath(int[] asns, int origin, int[] communities, byte[] others) {
        this.asns = asns;
        this.origin = origin;
        this.communities = communities;
        this.others = others;
    }

    /**
     * A made-up one: some have MED, half have communities.
     *
     * @param marked whether some have what policies look at
     */
    static TestPath random(int asn, int shortest, int longest, boolean marked, SplittableRandom random) {
        var asns = new int[random.nextInt(shortest, longest + 1)];
        asns[0] = asn;
        for (int i = 1; i < asns.length; i++) {
            asns[i] = random.nextInt(4) == 0 ? random.nextInt(196_608, 400_000) : random.nextInt(1000, 64_000);
        }
        if (marked && asns.length > 2 && random.nextInt(50) == 0) {
            asns[asns.length - 2] = UserPolicy.FAR_AS;
        }
        int mark = marked ? mark(random.nextInt(100)) : 0;
        var communities = new int[(random.nextBoolean() ? random.nextInt(1, 5) : 0) + (mark == 0 ? 0 : 1)];
        for (int i = 0; i < communities.length; i++) {
            communities[i] = (asn << 16) | random.nextInt(1 << 10);
        }
        if (mark != 0) {
            communities[random.nextInt(communities.length)] = mark;
        }
        var others = NONE;
        if (random.nextInt(8) == 0) {
            others = ByteBuffer.allocate(7)
                    .put((byte) 0x80)
                    .put((byte) 4)
                    .put((byte) 4)
                    .putInt(random.nextInt(4096))
                    .array();
        }
        return new TestPath(asns, random.nextInt(10) == 0 ? INCOMPLETE : 0, communities, others);
    }

    /** @param percent 0 to 99 */
    private static int mark(int percent) {
        return switch (percent) {
            case 0 -> UserPolicy.BLACKHOLE;
            case 1 -> UserPolicy.INTERNAL;
            case 2, 3, 4, 5, 6 -> UserPolicy.LAST;
            case 7, 8, 9, 10, 11 -> UserPolicy.FIRST;
            default -> 0;
        };
    }

    /** Not to be written to. */
    int[] asns() {
        return asns;
    }

    int origin() {
        return origin;
    }

    /** Not to be written to. */
    int[] communities() {
        return communities;
    }

    boolean has(int community) {
        for (int each : communities) {
            if (each == community) {
                return true;
            }
        }
        return false;
    }

    boolean contains(int asn) {
        for (int each : asns) {
            if (each == asn) {
                return true;
            }
        }
        return false;
    }

    /** The same, as the AS passes it on. */
    TestPath after(int asn) {
        var longer = new int[asns.length + 1];
        longer[0] = asn;
        System.arraycopy(asns, 0, longer, 1, asns.length);
        return new TestPath(longer, origin, communities, others);
    }

    /** What the sink sees of it. */
    int fingerprint() {
        return Fingerprint.of(asns);
    }

    /** Octets that {@link #write} takes at most, without the next hop. */
    int size() {
        return 4 + 6 + 4 * asns.length + 4 + 4 * communities.length + others.length;
    }

    /**
     * Writes the attributes; of an IPv6 route the caller adds the next hop with MP_REACH_NLRI.
     *
     * @param nextHop of IPv4; else empty
     */
    void write(ByteBuffer out, byte[] nextHop) {
        out.put((byte) 0x40).put((byte) 1).put((byte) 1).put((byte) origin);
        out.put((byte) 0x50).put((byte) 2).putShort((short) (2 + 4 * asns.length));
        out.put((byte) 2).put((byte) asns.length);
        for (int asn : asns) {
            out.putInt(asn);
        }
        if (nextHop.length > 0) {
            out.put((byte) 0x40).put((byte) 3).put((byte) 4).put(nextHop);
        }
        int before = 0;
        while (before < others.length && others[before + 1] < 8) {
            before += 3 + (others[before + 2] & 0xFF);
        }
        out.put(others, 0, before);
        if (communities.length > 0) {
            out.put((byte) 0xD0).put((byte) 8).putShort((short) (4 * communities.length));
            for (int community : communities) {
                out.putInt(community);
            }
        }
        out.put(others, before, others.length - before);
    }
}
