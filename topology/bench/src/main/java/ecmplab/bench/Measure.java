package ecmplab.bench;

import java.util.Locale;

/** What there is to measure; each begins with a new process. */
enum Measure {
    /** Seconds until the sink holds the right table, and memory, by number of sources. */
    TABLE,
    /** With the table of one source: single-prefix changes, one change at a time, and withdrawal of everything. */
    CHANGES,
    /** The table of one source to ten receivers. */
    RECEIVERS,
    /** The source of all best routes goes down. */
    LOSS,
    /** How long ours takes to answer {@code show bgp summary} meanwhile. */
    SHOW,
    /** Like the first, with a table from an MRT file. */
    REPLAY;

    static Measure of(String word) {
        try {
            return valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException("unknown measure " + word, unknown);
        }
    }
}
