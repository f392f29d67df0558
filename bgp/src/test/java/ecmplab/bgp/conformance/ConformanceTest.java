package ecmplab.bgp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What every RFC says of every fault, asked of the speaker over a socket; and of BIRD and FRRouting, whose answers the document has. */
class ConformanceTest {
    /** A daemon that answers differently now and then, on a busy machine, is asked again. */
    private static final int ATTEMPTS = 3;
    /** FRRouting takes its time with each session: it is asked every fourth case, and all of them when the document is written. */
    private static final int SPREAD_FOR_FRR = 4;

    private static final List<String> CHANCE = List.of("silence", "4/0");

    @TempDir
    Path folder;

    static List<Case> cases() {
        var all = new ArrayList<Case>();
        for (var table : List.of("header", "open", "update", "attribute", "refresh", "role", "addpath")) {
            all.addAll(CaseTable.read(table + ".cases"));
        }
        all.addAll(TimerCases.all());
        all.addAll(PeerCases.all());
        return all;
    }

    @TestFactory
    Stream<DynamicTest> weDoWhatTheRfcsSay() throws Exception {
        Map<String, String> outcomes;
        var cases = cases();
        try (var subject = new OurSubject()) {
            outcomes = CaseRunner.run(subject, cases);
            assertEquals(List.of(), subject.failures());
            if (ConformanceDocument.isWritten()) {
                ConformanceDocument.read(cases).write(subject.title(), outcomes);
            }
        }
        var written = ConformanceDocument.read(cases).outcomes(OurSubject.TITLE);
        return cases.stream()
                .map(one -> DynamicTest.dynamicTest(one.title(), () -> {
                    var outcome = String.valueOf(outcomes.get(one.title()));
                    assertTrue(one.allows(outcome), () -> "expected " + one.expected() + ", was " + outcome);
                    assertEquals(written.get(one.title()), outcome, "CONFORMANCE.md");
                }));
    }

    @TestFactory
    @Needs(Need.BIRD)
    Stream<DynamicTest> birdAnswersAsTheDocumentSays() throws Exception {
        return answersAsTheDocumentSays(() -> DaemonSubject.bird(folder), 1);
    }

    @TestFactory
    @Needs(Need.FRR)
    Stream<DynamicTest> frrAnswersAsTheDocumentSays() throws Exception {
        return answersAsTheDocumentSays(() -> DaemonSubject.frr(folder), SPREAD_FOR_FRR);
    }

    private static boolean isChance(Case one, String outcome) {
        return !one.allows(outcome) && CHANCE.stream().anyMatch(outcome::startsWith);
    }

    private interface Start {
        SubjectSpeaker start() throws Exception;
    }

    private static Stream<DynamicTest> answersAsTheDocumentSays(Start start, int spread) throws Exception {
        var all = cases();
        var cases = IntStream.range(0, all.size())
                .filter(i -> i % spread == 0 || ConformanceDocument.isWritten())
                .mapToObj(all::get)
                .toList();
        var outcomes = new LinkedHashMap<String, String>();
        var known = new LinkedHashMap<String, String>();
        var remaining = cases;
        for (int attempt = 0; attempt < ATTEMPTS && !remaining.isEmpty(); attempt++) {
            try (var subject = start.start()) {
                outcomes.putAll(CaseRunner.run(subject, remaining));
                if (ConformanceDocument.isWritten()) {
                    // What a daemon does not answer once may be chance; FRRouting now and then forgets a session until
                    // a timer ends it.
                    var silent = cases.stream()
                            .filter(one -> isChance(one, outcomes.getOrDefault(one.title(), "silence")))
                            .toList();
                    outcomes.putAll(CaseRunner.run(subject, silent));
                }
                if (ConformanceDocument.isWritten()) {
                    ConformanceDocument.read(all).write(subject.title(), outcomes);
                }
                var written = ConformanceDocument.read(all).outcomes(subject.title());
                Assumptions.assumeFalse(
                        written.isEmpty(), () -> "the document knows another version than " + subject.title());
                known.putAll(written);
            }
            remaining = cases.stream()
                    .filter(one -> !Objects.equals(outcomes.get(one.title()), known.get(one.title())))
                    .toList();
        }
        return cases.stream()
                .map(one -> DynamicTest.dynamicTest(
                        one.title(), () -> assertEquals(known.get(one.title()), outcomes.get(one.title()))));
    }
}
