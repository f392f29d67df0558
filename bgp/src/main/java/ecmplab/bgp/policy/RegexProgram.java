package ecmplab.bgp.policy;

import java.util.Arrays;

/**
 * A regular expression as instructions that all possible matches walk at once (Thompson's construction), so that time is bounded by
 * octets times instructions. Immutable once the parser has made it.
 */
final class RegexProgram {
    /** Instructions at most, so that {@code ((a{64}){64}){64}} is refused. */
    static final int LONGEST = 4096;

    private static final int TAKE = 0;
    private static final int SPLIT = 1;
    private static final int AT_START = 2;
    private static final int AT_END = 3;
    private static final int MATCH = 4;

    private int[] kinds = new int[16];
    private int[] nexts = new int[16];
    /** Second way of a SPLIT. */
    private int[] others = new int[16];
    /** Octets that a TAKE takes, as bits: 0 to 63 and 64 to 127. */
    private long[] lows = new long[16];

    private long[] highs = new long[16];
    private int size;
    private int start;

    int take(long low, long high, int next) {
        int at = add(TAKE, next, 0);
        lows[at] = low;
        highs[at] = high;
        return at;
    }

    int split(int next, int other) {
        return add(SPLIT, next, other);
    }

    int atStart(int next) {
        return add(AT_START, next, 0);
    }

    int atEnd(int next) {
        return add(AT_END, next, 0);
    }

    int match() {
        return add(MATCH, 0, 0);
    }

    /** Sends a SPLIT made for a loop to the loop's body. */
    void loop(int split, int body) {
        nexts[split] = body;
    }

    void begin(int at) {
        start = at;
    }

    private int add(int kind, int next, int other) {
        if (size == LONGEST) {
            throw new IllegalArgumentException("longer than " + LONGEST + " steps");
        }
        if (size == kinds.length) {
            kinds = Arrays.copyOf(kinds, 2 * size);
            nexts = Arrays.copyOf(nexts, 2 * size);
            others = Arrays.copyOf(others, 2 * size);
            lows = Arrays.copyOf(lows, 2 * size);
            highs = Arrays.copyOf(highs, 2 * size);
        }
        kinds[size] = kind;
        nexts[size] = next;
        others[size] = other;
        return size++;
    }

    boolean matches(byte[] text, int length) {
        var now = new Threads(size);
        var then = new Threads(size);
        for (int at = 0; at <= length; at++) {
            if (follow(now, start, at, length)) {
                return true;
            }
            if (at == length) {
                break;
            }
            int octet = text[at];
            then.clear(at + 1);
            for (int i = 0; i < now.count; i++) {
                int instruction = now.waiting[i];
                if (takes(instruction, octet) && follow(then, nexts[instruction], at + 1, length)) {
                    return true;
                }
            }
            var swap = now;
            now = then;
            then = swap;
        }
        return false;
    }

    private boolean takes(int instruction, int octet) {
        return octet >= 0 && ((octet < 64 ? lows[instruction] : highs[instruction]) >>> (octet & 63) & 1) != 0;
    }

    /** Adds what can be reached from the instruction without an octet. Whether a match can. */
    private boolean follow(Threads threads, int from, int at, int length) {
        int depth = 0;
        var stack = threads.stack;
        stack[depth++] = from;
        while (depth > 0) {
            int instruction = stack[--depth];
            if (threads.seen[instruction] == threads.round) {
                continue;
            }
            threads.seen[instruction] = threads.round;
            switch (kinds[instruction]) {
                case TAKE -> threads.waiting[threads.count++] = instruction;
                case SPLIT -> {
                    stack[depth++] = others[instruction];
                    stack[depth++] = nexts[instruction];
                }
                case AT_START -> {
                    if (at == 0) {
                        stack[depth++] = nexts[instruction];
                    }
                }
                case AT_END -> {
                    if (at == length) {
                        stack[depth++] = nexts[instruction];
                    }
                }
                default -> {
                    return true;
                }
            }
        }
        return false;
    }

    /** Instructions that wait for the octet at one place of the text. */
    private static final class Threads {
        final int[] waiting;
        final int[] seen;
        /** Each instruction is pushed at most by two others. */
        final int[] stack;

        int count;
        int round = 1;

        Threads(int size) {
            waiting = new int[size];
            seen = new int[size];
            stack = new int[2 * size + 1];
        }

        void clear(int at) {
            count = 0;
            round = at + 1;
        }
    }
}
