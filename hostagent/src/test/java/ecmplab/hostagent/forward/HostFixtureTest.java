package ecmplab.hostagent.forward;

import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import ecmplab.testkit.fixture.Dissector;
import ecmplab.testkit.fixture.Fixture;
import ecmplab.testkit.fixture.FixtureFile;
import ecmplab.testkit.fixture.Replay;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Packets in and out of a host agent as {@code src/test/resources/fixtures} has them, octet by octet. */
final class HostFixtureTest {
    static List<Fixture> fixtures() {
        return FixtureFile.readAll(Path.of("src/test/resources/fixtures"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fixtures")
    void goesOutAsWritten(Fixture fixture) {
        Replay.of(fixture, new FixtureHost());
    }

    @Test
    @Needs(Need.TSHARK)
    void tsharkReadsThemAsNamed(@TempDir Path folder) throws Exception {
        Dissector.check(fixtures(), folder);
    }
}
