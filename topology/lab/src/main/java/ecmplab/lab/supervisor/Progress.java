package ecmplab.lab.supervisor;

import java.io.PrintStream;
import java.util.Optional;

/** The lines that a supervisor tells the deploying command: a word, a tab, and text with its line feeds escaped. */
enum Progress {
    STEP,
    READY,
    FAILED;

    void write(PrintStream out, String text) {
        out.print(name() + "\t" + text.replace("\n", "\u001e") + "\n");
        out.flush();
    }

    /** The text of a line that is of this kind. */
    Optional<String> read(String line) {
        return line.startsWith(name() + "\t")
                ? Optional.of(line.substring(name().length() + 1).replace('\u001e', '\n'))
                : Optional.empty();
    }
}
