package ecmplab.bgp.policy;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Prefixes by order of entries: the first entry that fits a prefix permits or denies it; what fits none is denied. Immutable. */
public final class PrefixList {
    /** Up to so many entries are faster looked at one by one. */
    private static final int SHORT = 8;

    private final String name;
    private final List<Entry> entries;
    private final @Nullable PrefixIndex index;
    /** The entries as permits reads them. */
    private final Row[] rows;

    public PrefixList(String name, List<Entry> entries) {
        this.name = name;
        this.entries = List.copyOf(entries);
        index = entries.size() <= SHORT ? null : new PrefixIndex(this.entries);
        rows = index == null ? this.entries.stream().map(Row::of).toArray(Row[]::new) : new Row[0];
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
        if (index != null) {
            return index.permits(family, high, low, length);
        }
        for (var row : rows) {
            if (((high ^ row.high) & row.highMask) == 0 && row.fits(family, low, length)) {
                return row.permit;
            }
        }
        return false;
    }

    /** One entry with its masks, read for every route that is judged. */
    private record Row(
            boolean permit, AddressFamily family, long high, long highMask, long low, long lowMask, int ge, int le) {
        static Row of(Entry entry) {
            var prefix = entry.prefix();
            int bits = prefix.length();
            long highMask = bits >= 64 ? -1L : bits == 0 ? 0 : -1L << (64 - bits);
            long lowMask = bits <= 64 ? 0 : -1L << (128 - bits);
            return new Row(
                    entry.permit(),
                    prefix.family(),
                    prefix.high(),
                    highMask,
                    prefix.low(),
                    lowMask,
                    entry.ge(),
                    entry.le());
        }

        /** Whether an address fits whose upper half does. */
        boolean fits(AddressFamily ofAddress, long lowBits, int length) {
            return ((lowBits ^ low) & lowMask) == 0 && ge <= length && length <= le && ofAddress == family;
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
