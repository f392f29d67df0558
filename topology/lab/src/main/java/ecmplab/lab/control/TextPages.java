package ecmplab.lab.control;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

/**
 * A table whose rows come in pages and are written as they come: columns are as wide as their widest cell so far, so a later page may be
 * wider than an earlier one, never narrower.
 */
public final class TextPages {
    private final List<String> header;
    private final Writer out;
    private final int[] widths;
    private boolean begun;

    /** @param least widths of the first columns, so that a table of few pages keeps them */
    public TextPages(Writer out, List<String> header, int... least) {
        this.out = out;
        this.header = header;
        widths = new int[header.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = Math.max(header.get(column).length(), column < least.length ? least[column] : 0);
        }
    }

    /** Writes rows, and the header before the first. */
    public void write(List<List<String>> rows) throws IOException {
        for (var row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        if (!begun) {
            begun = true;
            line(header);
        }
        for (var row : rows) {
            line(row);
        }
    }

    private void line(List<String> cells) throws IOException {
        var line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            line.append(cells.get(column))
                    .repeat(' ', widths[column] - cells.get(column).length() + 2);
        }
        out.write(line.toString().stripTrailing());
        out.write('\n');
    }
}
