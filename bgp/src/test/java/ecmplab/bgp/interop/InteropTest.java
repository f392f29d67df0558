package ecmplab.bgp.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The matrix of daemons and features. */
class InteropTest {
    @TempDir
    Path folder;

    @Test
    @Needs({Need.ROOT, Need.FRR})
    void frr() throws Exception {
        all(new Frr());
    }

    @Test
    @Needs({Need.ROOT, Need.BIRD})
    void bird() throws Exception {
        all(new Bird());
    }

    @Test
    @Needs({Need.ROOT, Need.OPENBGPD})
    void openBgpd() throws Exception {
        all(new OpenBgpd());
    }

    private void all(Contender contender) throws Exception {
        var cells = new Matrix(contender, folder).run();

        for (var cell : cells.entrySet()) {
            System.out.println(contender.title() + " | " + cell.getKey().title + " | " + cell.getValue());
        }
        InteropDocument.write(contender.title(), cells);
        assertEquals(
                Map.of(),
                cells.entrySet().stream()
                        .filter(cell -> cell.getValue().startsWith("no"))
                        .collect(java.util.stream.Collectors.toMap(cell -> cell.getKey().title, Map.Entry::getValue)));
    }
}
