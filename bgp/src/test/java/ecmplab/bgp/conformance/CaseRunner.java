package ecmplab.bgp.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Runs cases against a subject, many at once. */
final class CaseRunner {
    /** What came of a case that is about something which the subject does not know. */
    static final String NOT_APPLICABLE = "n/a";

    private static final int AT_ONCE = 16;

    private CaseRunner() {}

    /** What came of each case, by its title, in order. */
    static Map<String, String> run(SubjectSpeaker subject, List<Case> cases)
            throws InterruptedException, ExecutionException, java.io.IOException {
        var scene = new Scene();
        var places = new Semaphore(AT_ONCE);
        var running = new ArrayList<Future<String>>();
        try (var observer = Observer.connect(scene, subject);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var one : cases) {
                int number = running.size() + 1;
                running.add(threads.submit(() -> {
                    if (!subject.supports(one.profile().pool)) {
                        return NOT_APPLICABLE;
                    }
                    places.acquire();
                    try (var run = new CaseRun(scene, subject, observer, one, number)) {
                        return one.script().run(run);
                    } finally {
                        places.release();
                    }
                }));
            }
            var outcomes = new LinkedHashMap<String, String>();
            for (int i = 0; i < cases.size(); i++) {
                if (outcomes.put(cases.get(i).title(), running.get(i).get()) != null) {
                    throw new IllegalArgumentException(
                            "two cases are called " + cases.get(i).title());
                }
            }
            return outcomes;
        }
    }
}
