package ecmplab.bgp.policy;

import java.util.ArrayList;
import java.util.List;

/** Reads the POSIX extended syntax of {@link AsPathRegex}: {@code . [ ] [^ ] ( ) | * + ? {m,n} ^ $ _ \}. */
final class RegexParser {
    private static final int DEEPEST = 64;
    private static final int MOST_REPEATS = 255;
    /** What stands between AS numbers: space, comma, braces and brackets. */
    private static final Node BETWEEN = Node.Take.of(" ,{}()[]");

    private final String text;
    private int at;
    private int depth;
    private int emitted;

    RegexParser(String text) {
        this.text = text;
    }

    RegexProgram parse() {
        var node = alternatives();
        if (at < text.length()) {
            throw wrong("')' without '('");
        }
        var program = new RegexProgram();
        try {
            program.begin(emit(node, program, program.match()));
        } catch (IllegalArgumentException tooLong) {
            throw new IllegalArgumentException("regular expression '" + text + "': " + tooLong.getMessage(), tooLong);
        }
        return program;
    }

    private Node alternatives() {
        if (++depth > DEEPEST) {
            throw wrong("nested deeper than " + DEEPEST);
        }
        var ways = new ArrayList<Node>(List.of(sequence()));
        while (at < text.length() && text.charAt(at) == '|') {
            at++;
            ways.add(sequence());
        }
        depth--;
        return ways.size() == 1 ? ways.getFirst() : new Node.OneOf(ways);
    }

    private Node sequence() {
        var parts = new ArrayList<Node>();
        while (at < text.length() && text.charAt(at) != '|' && text.charAt(at) != ')') {
            parts.add(repeats(atom()));
        }
        return new Node.InTurn(parts);
    }

    private Node repeats(Node atom) {
        var node = atom;
        while (at < text.length()) {
            switch (text.charAt(at)) {
                case '*' -> node = new Node.Repeat(node, 0, Node.Repeat.FOREVER);
                case '+' -> node = new Node.Repeat(node, 1, Node.Repeat.FOREVER);
                case '?' -> node = new Node.Repeat(node, 0, 1);
                case '{' -> {
                    if (at + 1 >= text.length() || !Character.isDigit(text.charAt(at + 1))) {
                        return node; // the brace of an AS set
                    }
                    node = counted(node);
                    continue;
                }
                default -> {
                    return node;
                }
            }
            at++;
        }
        return node;
    }

    /** {@code {3}}, {@code {3,}} or {@code {3,5}}. */
    private Node counted(Node node) {
        int close = text.indexOf('}', at);
        if (close < 0) {
            throw wrong("'{' without '}'");
        }
        var bounds = text.substring(at + 1, close).split(",", -1);
        try {
            int min = Integer.parseInt(bounds[0]);
            int max =
                    bounds.length == 1 ? min : bounds[1].isEmpty() ? Node.Repeat.FOREVER : Integer.parseInt(bounds[1]);
            if (bounds.length <= 2
                    && min <= MOST_REPEATS
                    && (max == Node.Repeat.FOREVER || (min <= max && max <= MOST_REPEATS))) {
                at = close + 1;
                return new Node.Repeat(node, min, max);
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    wrong("a count must be such as {2,5}").getMessage(), notANumber);
        }
        throw wrong("a count must ascend and be at most " + MOST_REPEATS);
    }

    private Node atom() {
        char c = text.charAt(at++);
        return switch (c) {
            case '^' -> new Node.AtStart();
            case '$' -> new Node.AtEnd();
            case '.' -> new Node.Take(-1L, -1L);
            case '_' -> new Node.OneOf(List.of(new Node.AtStart(), new Node.AtEnd(), BETWEEN));
            case '[' -> set();
            case '(' -> {
                var inner = alternatives();
                if (at >= text.length()) {
                    throw wrong("'(' without ')'");
                }
                at++;
                yield inner;
            }
            case '*', '+', '?' -> throw wrong("nothing to repeat before '" + c + "'");
            case '\\' -> {
                if (at >= text.length()) {
                    throw wrong("nothing after '\\'");
                }
                yield literal(text.charAt(at++));
            }
            default -> literal(c);
        };
    }

    private Node literal(char c) {
        if (c > 126) {
            throw wrong("'" + c + "' occurs in no AS path");
        }
        return Node.Take.of(String.valueOf(c));
    }

    private Node set() {
        boolean negated = at < text.length() && text.charAt(at) == '^';
        if (negated) {
            at++;
        }
        var members = new StringBuilder();
        do {
            if (at >= text.length()) {
                throw wrong("'[' without ']'");
            }
            char first = text.charAt(at++);
            boolean range = at + 1 < text.length() && text.charAt(at) == '-' && text.charAt(at + 1) != ']';
            char last = range ? text.charAt(at + 1) : first;
            at += range ? 2 : 0;
            if (first > 126 || last > 126 || last < first) {
                throw wrong("range " + first + "-" + last + " in '['");
            }
            for (char c = first; c <= last; c++) {
                members.append(c);
            }
        } while (at >= text.length() || text.charAt(at) != ']');
        at++;
        var take = Node.Take.of(members.toString());
        return negated ? new Node.Take(~take.low(), ~take.high()) : take;
    }

    /** Adds the node's instructions, so that they go on at {@code next}; where they begin. */
    private int emit(Node node, RegexProgram program, int next) {
        if (++emitted > 4 * RegexProgram.LONGEST) {
            throw new IllegalArgumentException("longer than " + RegexProgram.LONGEST + " steps");
        }
        return switch (node) {
            case Node.Take(var low, var high) -> program.take(low, high, next);
            case Node.AtStart() -> program.atStart(next);
            case Node.AtEnd() -> program.atEnd(next);
            case Node.InTurn(var parts) -> {
                int begin = next;
                for (var part : parts.reversed()) {
                    begin = emit(part, program, begin);
                }
                yield begin;
            }
            case Node.OneOf(var ways) -> {
                int begin = emit(ways.getLast(), program, next);
                for (var way : ways.subList(0, ways.size() - 1).reversed()) {
                    begin = program.split(emit(way, program, next), begin);
                }
                yield begin;
            }
            case Node.Repeat(var body, var min, var max) -> {
                int begin = next;
                if (max == Node.Repeat.FOREVER) {
                    begin = program.split(0, next);
                    program.loop(begin, emit(body, program, begin));
                } else {
                    for (int i = min; i < max; i++) {
                        begin = program.split(emit(body, program, begin), next);
                    }
                }
                for (int i = 0; i < min; i++) {
                    begin = emit(body, program, begin);
                }
                yield begin;
            }
        };
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(
                "regular expression '" + text + "': " + what + " (at character " + at + ")");
    }

    private sealed interface Node {
        /** One octet out of a set, given as bits. */
        record Take(long low, long high) implements Node {
            static Take of(String members) {
                long low = 0;
                long high = 0;
                for (int i = 0; i < members.length(); i++) {
                    char c = members.charAt(i);
                    low |= c < 64 ? 1L << c : 0;
                    high |= c < 64 ? 0 : 1L << (c - 64);
                }
                return new Take(low, high);
            }
        }

        record AtStart() implements Node {}

        record AtEnd() implements Node {}

        record InTurn(List<Node> parts) implements Node {}

        record OneOf(List<Node> ways) implements Node {}

        record Repeat(Node body, int min, int max) implements Node {
            static final int FOREVER = -1;
        }
    }
}
