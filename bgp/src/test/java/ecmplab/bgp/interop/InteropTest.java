package ecmplab.bgp.interop;

import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The columns of the matrix that every test run measures. */
class InteropTest {
    @TempDir
    Path folder;

    @Test
    @Needs({Need.ROOT, Need.FRR})
    void frr() throws Exception {
        Column.measure(folder, new Frr());
    }

    @Test
    @Needs({Need.ROOT, Need.BIRD})
    void bird() throws Exception {
        Column.measure(folder, new Bird());
    }

    @Test
    @Needs({Need.ROOT, Need.OPENBGPD})
    void openBgpd() throws Exception {
        Column.measure(folder, new OpenBgpd());
    }
}
