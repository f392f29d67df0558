package ecmplab.bgp.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** A daemon's column of the matrix. */
final class Column {
    private Column() {}

    /** Measures it, writes it into the document, and fails when something does not work that should. */
    static void measure(Path folder, Contender contender) throws Exception {
        var title = contender.title();
        var cells = new Matrix(contender, folder).run();

        for (var cell : cells.entrySet()) {
            System.out.println(title + " | " + cell.getKey().title + " | " + cell.getValue());
        }
        InteropDocument.write(title, cells);
        assertEquals(
                Map.of(),
                cells.entrySet().stream()
                        .filter(cell -> cell.getValue().startsWith("no"))
                        .collect(Collectors.toMap(cell -> cell.getKey().title, Map.Entry::getValue)));
    }
}
