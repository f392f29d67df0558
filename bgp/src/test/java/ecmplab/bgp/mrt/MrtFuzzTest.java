package ecmplab.bgp.mrt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.List;

/** Any file is a list of records; what is not damaged is written and read again. A normal run takes the inputs beside this test's resources. */
class MrtFuzzTest {
    @FuzzTest
    void filesComeToRecords(byte[] file) throws IOException {
        var records = MrtRoundTripTest.read(file);
        assertTrue(records.size() <= file.length / MrtType.HEADER + 1);
        var tables = new TablePaths();
        for (var record : records) {
            switch (record) {
                case MrtRecord.Damaged damaged -> assertTrue(damaged.offset() >= 0 && damaged.offset() <= file.length);
                case MrtRecord.TableEntry entry -> {
                    entry.paths().forEach(path -> tables.read(entry, path));
                    assertEquals(List.of(record), MrtRoundTripTest.read(MrtRoundTripTest.write(List.of(record))));
                }
                default ->
                    assertEquals(List.of(record), MrtRoundTripTest.read(MrtRoundTripTest.write(List.of(record))));
            }
        }
    }
}
