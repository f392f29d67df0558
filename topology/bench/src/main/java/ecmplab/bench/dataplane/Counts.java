package ecmplab.bench.dataplane;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ecmplab.port.bpf.BpfMap;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;

/**
 * The packets of one bench, counted by the programs in the kernel: those made, those that arrived, and those given up. The generator
 * makes no more than {@link #WINDOW} that are on their way, so no queue overflows and none runs dry.
 */
final class Counts implements AutoCloseable {
    /** Packets on their way at most: as many as the queue of a veth interface holds. */
    static final int WINDOW = 256;

    static final int MADE = 0;
    static final int ARRIVED = 1;
    private static final int LOST = 2;

    private final BpfMap map;

    private Counts(BpfMap map) {
        this.map = map;
    }

    static Counts create() throws SystemCallException {
        return new Counts(BpfMap.create(BpfMap.Kind.ARRAY, Integer.BYTES, Long.BYTES, LOST + 1));
    }

    int descriptor() {
        return map.descriptor();
    }

    long made() throws SystemCallException {
        return get(MADE);
    }

    long arrived() throws SystemCallException {
        return get(ARRIVED);
    }

    long lost() throws SystemCallException {
        return get(LOST);
    }

    /** Counts what is on its way as lost: to be said when nothing has arrived for long. */
    void giveUpRest() throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            map.put(arena.allocateFrom(JAVA_INT, LOST), arena.allocateFrom(JAVA_LONG, made() - arrived()));
        }
    }

    private long get(int index) throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(JAVA_LONG);
            map.get(arena.allocateFrom(JAVA_INT, index), value);
            return value.get(JAVA_LONG, 0);
        }
    }

    @Override
    public void close() {
        map.close();
    }
}
