package ecmplab.bgp.policy;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Prefixes by order of entries: the first entry that fits a prefix permits or denies it; what fits none is denied. Immutable. */
public final class PrefixList {
    /** Up to so many entries are faster looked at one by one. */
    private static final int SHORT = 8;

    private static final int OCTETS = 256;
    private static final Row[] NO_ROWS = {};

    private final String name;
    private final List<Entry> entries;
    /** Of all entries, for first octets with many; null when there are none. */
    private final @Nullable PrefixIndex index;
    /**
     * The entries that an address may fit, in the order of the list, by family and first octet of the address: most addresses fit none,
     * or few, whatever the length of the list. Null where there are more than {@link #SHORT}.
     */
    private final Row[] @Nullable [] rows = new Row[OCTETS * AddressFamily.values().length][];

    public PrefixList(String name, List<Entry> entries) {
        this.name = name;
        this.entries = List.copyOf(entries);
        var byOctet = new ArrayList<List<Row>>();
        for (int i = 0; i < rows.length; i++) {
            byOctet.add(new ArrayList<>(0));
        }
        boolean anyLong = false;
        for (var entry : this.entries) {
            var row = Row.of(entry);
            int family = entry.prefix().family().ordinal() * OCTETS;
            for (int octet = row.firstOctet(); octet <= row.lastOctet(); octet++) {
                byOctet.get(family + octet).add(row);
                anyLong |= byOctet.get(family + octet).size() > SHORT;
            }
        }
        for (int i = 0; i < rows.length; i++) {
            var list = byOctet.get(i);
            rows[i] = list.isEmpty() ? NO_ROWS : list.size() > SHORT ? null : list.toArray(Row[]::new);
        }
        index = anyLong ? new PrefixIndex(this.entries) : null;
    }

    /** A list that permits exactly these prefixes. */
    public static PrefixList of(String name, Prefix... prefixes) {
        return new PrefixList(
                name, List.of(prefixes).stream().map(Entry::exactly).toList());
    }

    public String name() {
        return name;
    }

    public List<Entry> entries() {
        return entries;
    }

    boolean permits(AddressFamily family, long high, long low, int length) {
        var few = rows[family.ordinal() * OCTETS + (int) (high >>> 56)];
        if (few == null) {
            return index != null && index.permits(family, high, low, length);
        }
        for (var row : few) {
            if (((high ^ row.high) & row.highMask) == 0 && row.fits(low, length)) {
                return row.permit;
            }
        }
        return false;
    }

    /** One entry with its masks, read for every route that is judged. */
    private record Row(boolean permit, long high, long highMask, long low, long lowMask, int ge, int le) {
        static Row of(Entry entry) {
            var prefix = entry.prefix();
            int bits = prefix.length();
            long highMask = bits >= 64 ? -1L : bits == 0 ? 0 : -1L << (64 - bits);
            long lowMask = bits <= 64 ? 0 : -1L << (128 - bits);
            return new Row(entry.permit(), prefix.high(), highMask, prefix.low(), lowMask, entry.ge(), entry.le());
        }

        /** The lowest first octet of an address that fits. */
        int firstOctet() {
            return (int) (high >>> 56);
        }

        int lastOctet() {
            return (int) ((high | ~highMask) >>> 56);
        }

        /** Whether an address fits whose upper half does. */
        boolean fits(long lowBits, int length) {
            return ((lowBits ^ low) & lowMask) == 0 && ge <= length && length <= le;
        }
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof PrefixList list && list.name.equals(name) && list.entries.equals(entries));
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, entries);
    }

    @Override
    public String toString() {
        return name + " " + entries;
    }

    /**
     * Fits the prefixes within {@code prefix} whose length is {@code ge} to {@code le}: prefix length &lt;= ge &lt;= le &lt;= bits of the
     * family.
     */
    public record Entry(boolean permit, Prefix prefix, int ge, int le) {
        public Entry {
            if (ge < prefix.length() || le < ge || le > prefix.family().bits()) {
                throw new IllegalArgumentException(prefix + " ge " + ge + " le " + le + ": must be " + prefix.length()
                        + " <= ge <= le <= " + prefix.family().bits());
            }
        }

        /** Permits the prefix alone. */
        public static Entry exactly(Prefix prefix) {
            return new Entry(true, prefix, prefix.length(), prefix.length());
        }

        /** Permits the prefix and all longer ones within it. */
        public static Entry orLonger(Prefix prefix) {
            return new Entry(true, prefix, prefix.length(), prefix.family().bits());
        }

        boolean hasLength(int length) {
            return ge <= length && length <= le;
        }

        /** Whether its prefix is this one. */
        boolean isOf(AddressFamily family, long high, long low, int length) {
            return length == prefix.length()
                    && high == prefix.high()
                    && low == prefix.low()
                    && family == prefix.family();
        }
    }
}
