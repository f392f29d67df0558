package ecmplab.port;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Counts what was dropped, by a closed set of reasons. One thread counts, any thread reads; counting allocates nothing.
 *
 * @param <R> the reasons; {@code NO_ROUTE} is shown as {@code no-route}
 */
public final class Drops<R extends Enum<R>> {
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

    private final String[] labels;
    private final long[] counts;

    public Drops(Class<R> reasons) {
        var constants = reasons.getEnumConstants();
        labels = new String[constants.length];
        counts = new long[constants.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = label(constants[i]);
        }
    }

    /** How a reason is shown. */
    public static String label(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public void count(R reason) {
        count(reason, 1);
    }

    public void count(R reason, long frames) {
        int at = reason.ordinal();
        COUNT.setOpaque(counts, at, counts[at] + frames);
    }

    public long of(R reason) {
        return (long) COUNT.getOpaque(counts, reason.ordinal());
    }

    public long total() {
        long total = 0;
        for (int i = 0; i < counts.length; i++) {
            total += (long) COUNT.getOpaque(counts, i);
        }
        return total;
    }

    /** Every reason with its count, zeros too, in the order they are declared. */
    public Map<String, Long> snapshot() {
        var snapshot = new LinkedHashMap<String, Long>();
        for (int i = 0; i < counts.length; i++) {
            snapshot.put(labels[i], (long) COUNT.getOpaque(counts, i));
        }
        return Collections.unmodifiableMap(snapshot);
    }
}
