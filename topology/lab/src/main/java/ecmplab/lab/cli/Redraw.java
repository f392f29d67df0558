package ecmplab.lab.cli;

import java.util.List;

/**
 * Draws one text over the other on a terminal and marks what changed: words that differ from those at their place before stand in
 * reverse video. Without a terminal, texts that differ from the last are printed one after another under a line with the time.
 */
final class Redraw {
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_TO_END_OF_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final String REVERSE = "\u001b[7m";
    private static final String NORMAL = "\u001b[0m";

    private final int lines;
    private List<String> before = List.of();
    private boolean first = true;

    /** @param lines that fit on the terminal */
    Redraw(int lines) {
        this.lines = lines;
    }

    /** What to print so that the terminal shows {@code title} and {@code text}. */
    String frame(String title, String text) {
        var now = text.lines().limit(Math.max(1, lines - 3)).toList();
        long left = text.lines().count() - now.size();
        var frame = new StringBuilder(first ? HOME + CLEAR_BELOW : HOME);
        line(frame, title);
        line(frame, "");
        for (int i = 0; i < now.size(); i++) {
            line(
                    frame,
                    first || before.isEmpty()
                            ? now.get(i)
                            : marked(i < before.size() ? before.get(i) : "", now.get(i)));
        }
        if (left > 0) {
            frame.append("... ").append(left).append(" more lines").append(CLEAR_TO_END_OF_LINE);
        }
        before = now;
        first = false;
        return frame.append(CLEAR_BELOW).toString();
    }

    /** What to print where there is no terminal: nothing when nothing changed. */
    String appended(String title, String text) {
        var now = text.lines().toList();
        if (!first && now.equals(before)) {
            return "";
        }
        before = now;
        first = false;
        return title + "\n" + text + (text.endsWith("\n") || text.isEmpty() ? "" : "\n");
    }

    private static void line(StringBuilder frame, String line) {
        frame.append(line).append(CLEAR_TO_END_OF_LINE).append('\n');
    }

    /** A word changed when what stood in its columns, and right around them, is not the same. */
    static String marked(String before, String now) {
        var marked = new StringBuilder();
        for (int at = 0; at < now.length(); ) {
            int end = at;
            boolean blank = now.charAt(at) == ' ';
            while (end < now.length() && (now.charAt(end) == ' ') == blank) {
                end++;
            }
            var word = now.substring(at, end);
            boolean same = blank || sameWord(before, at, word);
            marked.append(same ? word : REVERSE + word + NORMAL);
            at = end;
        }
        return marked.toString();
    }

    private static boolean sameWord(String before, int at, String word) {
        int end = at + word.length();
        return before.regionMatches(at, word, 0, word.length())
                && (at == 0 || before.charAt(at - 1) == ' ')
                && (end >= before.length() || before.charAt(end) == ' ');
    }
}
