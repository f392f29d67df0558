package ecmplab.bgp.interop;

import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The columns that only {@code scripts/interop} measures: these daemons are slow to take 10 000 routes of each family. */
class OnDemandInterop {
    @TempDir
    Path folder;

    @Test
    @Needs({Need.ROOT, Need.GOBGP})
    void goBgp() throws Exception {
        Column.measure(folder, new GoBgp());
    }

    @Test
    @Needs({Need.ROOT, Need.EXABGP})
    void exaBgp() throws Exception {
        Column.measure(folder, new ExaBgp());
    }
}
