package ecmplab.lab.control;

import java.util.List;

/** Columns for a terminal: as wide as their longest cell, two blanks between them, numbers to the right, no trailing blanks. */
public final class TextTable {
    private TextTable() {}

    /** @param rows each as long as {@code header} */
    public static String render(List<String> header, List<List<String>> rows) {
        int columns = header.size();
        var widths = new int[columns];
        var numeric = new boolean[columns];
        for (int column = 0; column < columns; column++) {
            int at = column;
            widths[at] = header.get(at).length();
            rows.forEach(row -> widths[at] = Math.max(widths[at], row.get(at).length()));
            numeric[at] = !rows.isEmpty()
                    && rows.stream().allMatch(row -> row.get(at).matches("-|[-+]?[0-9][0-9,]*(\\.[0-9]+)?( ?%| ?ms)?"));
        }
        var text = new StringBuilder();
        line(text, header, widths, numeric);
        rows.forEach(row -> line(text, row, widths, numeric));
        return text.toString();
    }

    private static void line(StringBuilder text, List<String> cells, int[] widths, boolean[] numeric) {
        int start = text.length();
        for (int column = 0; column < widths.length; column++) {
            var cell = cells.get(column);
            var blanks = " ".repeat(widths[column] - cell.length());
            text.append(column > 0 ? "  " : "");
            text.append(numeric[column] ? blanks + cell : cell + blanks);
        }
        int end = text.length();
        while (end > start && text.charAt(end - 1) == ' ') {
            end--;
        }
        text.setLength(end);
        text.append('\n');
    }
}
