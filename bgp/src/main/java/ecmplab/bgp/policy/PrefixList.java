package ecmplab.bgp.policy;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.List;

/** Prefixes by order of entries: the first entry that fits a prefix permits or denies it; what fits none is denied. */
public record PrefixList(String name, List<Entry> entries) {
    public PrefixList {
        entries = List.copyOf(entries);
    }

    /** A list that permits exactly these prefixes. */
    public static PrefixList of(String name, Prefix... prefixes) {
        return new PrefixList(
                name, List.of(prefixes).stream().map(Entry::exactly).toList());
    }

    boolean permits(AddressFamily family, long high, long low, int length) {
        for (int i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            if (entry.fits(family, high, low, length)) {
                return entry.permit();
            }
        }
        return false;
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

        boolean fits(AddressFamily family, long high, long low, int length) {
            if (family != prefix.family() || length < ge || length > le) {
                return false;
            }
            int bits = prefix.length();
            long highMask = bits >= 64 ? -1L : bits == 0 ? 0 : -1L << (64 - bits);
            long lowMask = bits <= 64 ? 0 : -1L << (128 - bits);
            return (high & highMask) == prefix.high() && (low & lowMask) == prefix.low();
        }
    }
}
