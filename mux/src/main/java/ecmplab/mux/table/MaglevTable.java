package ecmplab.mux.table;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lookup table of one generation of an endpoint: which member owns which slot (Eisenbud et al., "Maglev", NSDI 2016,
 * section 3.4). Immutable, and a pure function of slots, seed and members: every MUX and every host computes the same one,
 * whatever the order in which it learnt the members, and compares {@link #digest digests} to be sure.
 *
 * <p>Each member walks its own permutation of the slots, {@code offset + n * skip mod slots}, and takes the next free one
 * whenever it is its turn. A member's turns are spread in proportion to its weight, so its share differs from the ideal by less
 * than two slots. Offset and skip come from SHA-256 over seed and member id: nothing depends on a JVM's hash codes.
 */
public final class MaglevTable {
    /** Of {@link #index}: the table has no member that takes flows. */
    public static final int NOBODY = -1;

    /** Slots unless a policy says otherwise: about a hundred per member with 600 members. */
    public static final int DEFAULT_SLOTS = 65_537;

    /** More slots than this are refused: the tables of a MUX must stay within its cache and memory. */
    public static final int MAXIMAL_SLOTS = 1 << 20;

    /** More members than this do not fit the two octets a slot has. */
    public static final int MAXIMAL_MEMBERS = Short.MAX_VALUE;

    private static final int FREE = -1;

    private final List<Member> members;
    private final long seed;
    private final short[] owners;
    private final int[] shares;
    private final long digest;

    private MaglevTable(TableVersion version) {
        members = version.members();
        seed = version.seed();
        owners = new short[version.slots()];
        Arrays.fill(owners, (short) FREE);
        shares = new int[members.size()];
        fill();
        digest = computeDigest();
    }

    /**
     * Computes the table; milliseconds of work for {@link #DEFAULT_SLOTS}, so never on a forwarding thread.
     *
     * @throws IllegalArgumentException when slots are not a prime within bounds, there are too many members, or two share an id
     */
    public static MaglevTable of(TableVersion version) {
        if (version.slots() > MAXIMAL_SLOTS || !isPrime(version.slots())) {
            throw new IllegalArgumentException("slots " + version.slots() + ": must be a prime of at most "
                    + MAXIMAL_SLOTS + ", such as 65537 or 251");
        }
        var members = version.members();
        if (members.size() > MAXIMAL_MEMBERS) {
            throw new IllegalArgumentException(members.size() + " members: must be at most " + MAXIMAL_MEMBERS);
        }
        for (int i = 1; i < members.size(); i++) {
            if (members.get(i).id().equals(members.get(i - 1).id())) {
                throw new IllegalArgumentException("member " + members.get(i).id() + ": occurs twice");
            }
        }
        return new MaglevTable(version);
    }

    public int slots() {
        return owners.length;
    }

    /** Of the permutations, and of the {@link SlotHash} that leads flows to slots. */
    public long seed() {
        return seed;
    }

    /** Sorted by id; {@link #index} counts in this list. */
    public List<Member> members() {
        return members;
    }

    /** Whether no member takes flows: there are none, or all weigh 0. */
    public boolean isEmpty() {
        return owners[0] == FREE;
    }

    /** The slot, 0 to {@code slots() - 1}, that a {@link SlotHash} falls into. */
    public int slot(long hash) {
        return (int) Math.unsignedMultiplyHigh(hash, owners.length);
    }

    /** The owner of a slot as an index in {@link #members}, or {@link #NOBODY}. */
    public int index(int slot) {
        return owners[slot];
    }

    /** The owner of a slot, or null when the table {@link #isEmpty is empty}. */
    public @Nullable Member member(int slot) {
        int index = owners[slot];
        return index == FREE ? null : members.get(index);
    }

    /** How many slots a member owns. */
    public int share(int index) {
        return shares[index];
    }

    /**
     * First 64 bits of a SHA-256 over everything a flow's way depends on: slots, seed, members with all their fields, and the owner
     * of each slot. Not over the generation: equal tables have equal digests.
     */
    public long digest() {
        return digest;
    }

    /** The digest as sixteen hex digits, as commands and database rows show it. */
    public String digestText() {
        return HexFormat.of().toHexDigits(digest);
    }

    private void fill() {
        int[] next = new int[members.size()];
        int[] skip = new int[members.size()];
        int heaviest = 0;
        for (int i = 0; i < next.length; i++) {
            var member = members.get(i);
            var hash = ByteBuffer.wrap(sha256().digest(
                            utf8(member.id(), Long.BYTES).putLong(0, seed).array()));
            next[i] = (int) Long.remainderUnsigned(hash.getLong(), owners.length);
            skip[i] = (int) Long.remainderUnsigned(hash.getLong(), owners.length - 1) + 1;
            heaviest = Math.max(heaviest, member.weight());
        }
        int left = heaviest == 0 ? 0 : owners.length;
        for (long round = 0; left > 0; round++) {
            for (int i = 0; i < next.length && left > 0; i++) {
                int weight = members.get(i).weight();
                // The heaviest has a turn in each round, the others in weight of every `heaviest` rounds, evenly
                // spread.
                if ((round + 1) * weight / heaviest > round * weight / heaviest) {
                    next[i] = takeFree(i, next[i], skip[i]);
                    left--;
                }
            }
        }
    }

    /** Takes the first free slot from {@code position} on, and returns the position after it. */
    private int takeFree(int member, int position, int skip) {
        while (owners[position] != FREE) {
            position = step(position, skip);
        }
        owners[position] = (short) member;
        shares[member]++;
        return step(position, skip);
    }

    private int step(int position, int skip) {
        int sum = position + skip;
        return sum < owners.length ? sum : sum - owners.length;
    }

    private long computeDigest() {
        var sha = sha256();
        sha.update(ByteBuffer.allocate(16)
                .putInt(owners.length)
                .putLong(seed)
                .putInt(members.size())
                .flip());
        for (var member : members) {
            sha.update(utf8(member.id(), Integer.BYTES).putInt(0, member.id().length()));
            sha.update(member.dip().getAddress());
            sha.update(member.host().getAddress());
            sha.update(ByteBuffer.allocate(20)
                    .putLong(member.mac().bits())
                    .putInt(member.port())
                    .putInt(member.vni().value())
                    .putInt(member.weight())
                    .flip());
        }
        var slots = ByteBuffer.allocate(owners.length * Short.BYTES);
        slots.asShortBuffer().put(owners);
        sha.update(slots);
        return ByteBuffer.wrap(sha.digest()).getLong();
    }

    /** The text in UTF-8 after {@code room} octets. */
    private static ByteBuffer utf8(String text, int room) {
        var octets = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(room + octets.length).put(room, octets);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static boolean isPrime(int number) {
        if (number < 3 || number % 2 == 0) {
            return false;
        }
        for (int divisor = 3; divisor * divisor <= number; divisor += 2) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return owners.length + " slots, " + members.size() + " members, digest " + digestText();
    }
}
