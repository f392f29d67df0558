package ecmplab.bgp.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.mrt.MrtReader;
import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.wire.Framing;
import ecmplab.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MrtRecorderTest {
    private static final int TYPE_AT = 18;

    @TempDir
    Path folder;

    private MrtRecorder record(TwoSpeakers speakers, MrtFiles files) {
        return MrtRecorder.start(speakers.watched, files, InstantSource.system());
    }

    private List<Path> files() throws IOException {
        try (var all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    private static List<MrtRecord> read(List<Path> files) throws IOException {
        var records = new ArrayList<MrtRecord>();
        for (var file : files) {
            try (var in = Files.newInputStream(file);
                    var plain = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in) {
                var reader = new MrtReader(plain);
                for (var next = reader.read(); next != null; next = reader.read()) {
                    records.add(next);
                }
            }
        }
        return records;
    }

    private static long count(List<MrtRecord> records, int type, boolean sent) {
        return records.stream()
                .filter(record -> record instanceof MrtRecord.Message message
                        && message.sent() == sent
                        && message.message().at(TYPE_AT) == type)
                .count();
    }

    @Test
    void aSessionIsRecordedFromItsOpensToItsEnd() throws Exception {
        try (var speakers = new TwoSpeakers();
                var recorder = record(speakers, MrtFiles.in(folder))) {
            speakers.watched.resetNeighbor(TwoSpeakers.THERE, "so that the recording has a beginning");
            var known = speakers.announce(0, 10);
            assertEquals(20, known.size());
            speakers.peer.close();
            Await.until(
                    "a NOTIFICATION was recorded",
                    () -> recorder.snapshot().waiting() == 0
                            && recorder.snapshot().records() > 10);
            speakers.watched.close();
            recorder.close();
            assertEquals(0, recorder.snapshot().lost());
        }
        assertEquals(1, files().size());
        assertTrue(files().getFirst().toString().endsWith(".mrt.gz"), files().toString());
        var records = read(files());
        assertTrue(records.stream().noneMatch(MrtRecord.Damaged.class::isInstance), records.toString());
        assertTrue(count(records, Framing.OPEN, true) >= 1);
        assertTrue(count(records, Framing.OPEN, false) >= 1);
        assertTrue(count(records, Framing.UPDATE, false) >= 2, "both families");
        assertTrue(count(records, Framing.NOTIFICATION, true) >= 1);
        var states = records.stream()
                .filter(MrtRecord.StateChange.class::isInstance)
                .map(record -> ((MrtRecord.StateChange) record).to())
                .toList();
        assertTrue(states.contains(6), "Established: " + states);
        var ends = records.stream()
                .filter(MrtRecord.Message.class::isInstance)
                .map(record -> ((MrtRecord.Message) record).ends())
                .toList();
        assertTrue(ends.stream().allMatch(end -> end.peer().equals(TwoSpeakers.THERE)), ends.toString());
        assertTrue(ends.stream().allMatch(end -> end.peerAsn().toString().equals("4200000001")), ends.toString());
    }

    @Test
    void aFullFileIsFollowedByAnotherAndOnlyTheNewestAreKept() throws Exception {
        var small = new MrtFiles(folder, 2_000, Duration.ofHours(1), false, 3);
        try (var speakers = new TwoSpeakers();
                var recorder = record(speakers, small)) {
            for (int i = 0; i < 60; i++) {
                speakers.announce(i, 1);
            }
            Await.until("five files", () -> recorder.snapshot().files() >= 5);
        }
        var files = files();
        assertTrue(files.size() <= 3, files.toString());
        assertFalse(files.toString().contains(".part"), files.toString());
        var records = read(files);
        assertTrue(records.size() > 3);
        assertTrue(records.stream().noneMatch(MrtRecord.Damaged.class::isInstance));
    }

    @Test
    void aFolderThatCannotBeWrittenCostsRecordsAndNothingElse() throws Exception {
        var notAFolder = folder.resolve("file");
        Files.writeString(notAFolder, "in the way");
        try (var speakers = new TwoSpeakers();
                var recorder = record(speakers, MrtFiles.in(notAFolder.resolve("below")))) {
            speakers.announce(0, 5);
            Await.until("lost", () -> recorder.snapshot().lost() > 0);
            var failure = recorder.snapshot().lastFailure();
            assertTrue(failure != null && failure.contains("file"), failure);
        }
    }
}
