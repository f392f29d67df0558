package ecmplab.router.ecmp;

import ecmplab.packet.FlowHash;
import java.util.Arrays;
import java.util.List;

/**
 * One state of a group's choice: flow hash to slot, slot to next hop. A slot is a bucket ({@code RESILIENT}), a remainder
 * ({@code MODULO}, as many a member as its weight) or a region of the hash space ({@code HASH_THRESHOLD}). Immutable.
 */
public final class BucketTable {
    /** Remainders at most; greater weights are scaled down, never below one. */
    private static final int MAX_REMAINDERS = 256;

    private static final long KEYS = 1L << 32;

    private final EcmpMode mode;
    private final int[] owners;
    /** First key (upper half of the hash, unsigned) beyond each region; empty in other modes. */
    private final long[] bounds;

    private BucketTable(EcmpMode mode, int[] owners, long[] bounds) {
        this.mode = mode;
        this.owners = owners;
        this.bounds = bounds;
    }

    /** @param owners next hop of each bucket; kept, not copied */
    static BucketTable resilient(int[] owners) {
        return new BucketTable(EcmpMode.RESILIENT, owners, new long[0]);
    }

    static BucketTable modulo(List<Member> members) {
        long total = totalWeight(members);
        int divisor = members.stream().mapToInt(Member::weight).reduce(0, BucketTable::gcd);
        boolean fits = total / divisor <= MAX_REMAINDERS;
        int[] owners = members.stream()
                .flatMapToInt(member -> {
                    long scaled = fits ? member.weight() / divisor : member.weight() * (long) MAX_REMAINDERS / total;
                    var remainders = new int[(int) Math.max(1, scaled)];
                    Arrays.fill(remainders, member.nextHop());
                    return Arrays.stream(remainders);
                })
                .toArray();
        return new BucketTable(EcmpMode.MODULO, owners, new long[0]);
    }

    static BucketTable hashThreshold(List<Member> members) {
        var owners = new int[members.size()];
        var bounds = new long[owners.length];
        long total = totalWeight(members);
        long before = 0;
        for (int i = 0; i < owners.length; i++) {
            owners[i] = members.get(i).nextHop();
            before += members.get(i).weight();
            bounds[i] = (long) ((double) before / total * KEYS);
        }
        bounds[owners.length - 1] = KEYS;
        return new BucketTable(EcmpMode.HASH_THRESHOLD, owners, bounds);
    }

    public EcmpMode mode() {
        return mode;
    }

    public int slots() {
        return owners.length;
    }

    /** The slot that a flow falls into. */
    public int slot(long hash) {
        return switch (mode) {
            case RESILIENT -> FlowHash.slot(hash, owners.length);
            case MODULO -> (int) ((hash >>> 32) % owners.length);
            case HASH_THRESHOLD -> region(hash >>> 32);
        };
    }

    /** The next hop that a slot belongs to. */
    public int nextHop(int slot) {
        return owners[slot];
    }

    /** How many slots belong to the next hop. */
    public int slotsOf(int nextHop) {
        int count = 0;
        for (int owner : owners) {
            count += owner == nextHop ? 1 : 0;
        }
        return count;
    }

    /** The next hop of each slot: a copy. */
    public int[] owners() {
        return owners.clone();
    }

    /** Whether every flow goes the same way in both. */
    public boolean spreadsAs(BucketTable other) {
        return mode == other.mode && Arrays.equals(owners, other.owners) && Arrays.equals(bounds, other.bounds);
    }

    /** The part of the hash space, 0 to 1, whose next hop differs between two tables of one mode; all of it between modes. */
    public double movedShare(BucketTable before) {
        if (mode != before.mode || (mode == EcmpMode.RESILIENT && owners.length != before.owners.length)) {
            return 1;
        }
        return switch (mode) {
            case RESILIENT -> (double) movedSlots(before) / owners.length;
            case MODULO -> movedRemainders(before);
            case HASH_THRESHOLD -> movedRegions(before);
        };
    }

    /** Slots whose next hop differs, where slots keep their meaning; all slots otherwise. */
    public int movedSlots(BucketTable before) {
        if (mode != before.mode || owners.length != before.owners.length) {
            return owners.length;
        }
        int moved = 0;
        for (int slot = 0; slot < owners.length; slot++) {
            moved += owners[slot] == before.owners[slot] ? 0 : 1;
        }
        return moved;
    }

    private double movedRemainders(BucketTable before) {
        int period = owners.length / gcd(owners.length, before.owners.length) * before.owners.length;
        int moved = 0;
        for (int key = 0; key < period; key++) {
            moved += owners[key % owners.length] == before.owners[key % before.owners.length] ? 0 : 1;
        }
        return (double) moved / period;
    }

    private double movedRegions(BucketTable before) {
        long moved = 0;
        long key = 0;
        for (int mine = 0, theirs = 0; key < KEYS; ) {
            long end = Math.min(bounds[mine], before.bounds[theirs]);
            moved += owners[mine] == before.owners[theirs] ? 0 : end - key;
            key = end;
            mine += bounds[mine] == end ? 1 : 0;
            theirs += before.bounds[theirs] == end ? 1 : 0;
        }
        return (double) moved / KEYS;
    }

    private int region(long key) {
        int region = 0;
        while (key >= bounds[region]) {
            region++;
        }
        return region;
    }

    private static long totalWeight(List<Member> members) {
        return members.stream().mapToLong(Member::weight).sum();
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
