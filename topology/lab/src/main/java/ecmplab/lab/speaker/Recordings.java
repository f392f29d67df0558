package ecmplab.lab.speaker;

import ecmplab.bgp.monitor.BmpCollector;
import ecmplab.bgp.monitor.BmpExporter;
import ecmplab.bgp.monitor.BmpSnapshot;
import ecmplab.bgp.monitor.MrtFiles;
import ecmplab.bgp.monitor.MrtRecorder;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import ecmplab.lab.file.Node;
import ecmplab.lab.file.SpeakerFile;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a speaker's file, or a lab's, says of BMP collectors and MRT recording, kept so. Any thread may call. */
public final class Recordings implements AutoCloseable {
    private final Speaker speaker;
    private final Map<BmpCollector, BmpExporter> exporters = new LinkedHashMap<>();
    private @Nullable MrtFiles files;
    private @Nullable MrtRecorder recorder;

    /** Nothing yet; closed before the speaker. */
    public Recordings(Speaker speaker) {
        this.speaker = speaker;
    }

    /** Begins and ends what the file says differently from the last one. */
    public void apply(SpeakerFile.Good file) {
        apply(file.collectors(), file.recording());
    }

    /** Begins what a node of a lab is to record. */
    public void apply(Node.Recordings recordings) {
        var config = speaker.config();
        var name = config.routerId() + " (AS " + config.asn() + ")";
        apply(
                recordings.bmp().stream()
                        .map(address -> BmpCollector.of(address, name))
                        .toList(),
                recordings.mrt().orElse(null));
    }

    private synchronized void apply(List<BmpCollector> collectors, @Nullable MrtFiles wanted) {
        for (var gone : new HashSet<>(exporters.keySet())) {
            if (!collectors.contains(gone) && exporters.remove(gone) instanceof BmpExporter exporter) {
                exporter.close();
            }
        }
        for (var collector : collectors) {
            exporters.computeIfAbsent(
                    collector,
                    added -> BmpExporter.start(speaker, added, InstantSource.system(), RandomGenerator.getDefault()));
        }
        if (wanted == null ? files != null : !wanted.equals(files)) {
            endRecording();
            files = wanted;
            recorder = wanted == null ? null : MrtRecorder.start(speaker, wanted, InstantSource.system());
        }
    }

    private void endRecording() {
        if (recorder != null) {
            recorder.close();
        }
    }

    /** Adds the commands to those of a control socket. */
    public void add(CommandTree commands) {
        commands.on("show bmp", values -> collectors()).on("show mrt", values -> recording());
    }

    private synchronized Answer collectors() {
        var seen = exporters.values().stream().map(BmpExporter::snapshot).toList();
        var json = new ArrayList<Map<String, Object>>();
        seen.forEach(one -> json.add(json(one)));
        return Answer.of(Map.of("collectors", json), () -> text(seen));
    }

    private static Map<String, Object> json(BmpSnapshot one) {
        var json = new LinkedHashMap<String, Object>();
        json.put("collector", name(one));
        json.put("state", state(one));
        json.put("since", one.since().toString());
        json.put("connections", one.connections());
        json.put("messagesSent", one.messages());
        json.put("octetsSent", one.octets());
        json.put("octetsWaiting", one.waiting());
        if (one.lastFailure() != null) {
            json.put("lastFailure", one.lastFailure());
        }
        return json;
    }

    private static String text(List<BmpSnapshot> seen) {
        if (seen.isEmpty()) {
            return "no BMP collectors\n";
        }
        return TextTable.render(
                List.of("collector", "state", "since", "sent", "octets", "waiting", "last failure"),
                seen.stream()
                        .map(one -> List.of(
                                name(one),
                                state(one),
                                one.since().toString(),
                                "" + one.messages(),
                                "" + one.octets(),
                                "" + one.waiting(),
                                one.lastFailure() == null ? "-" : one.lastFailure()))
                        .toList());
    }

    private static String name(BmpSnapshot one) {
        var address = one.collector().address();
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private static String state(BmpSnapshot one) {
        return one.connected() ? "connected" : "connecting";
    }

    private synchronized Answer recording() {
        if (recorder == null) {
            return Answer.of(Map.of(), () -> "no MRT recording\n");
        }
        var seen = recorder.snapshot();
        var json = new LinkedHashMap<String, Object>();
        json.put("file", String.valueOf(seen.file()));
        json.put("records", seen.records());
        json.put("lost", seen.lost());
        json.put("files", seen.files());
        json.put("octetsWaiting", seen.waiting());
        json.put("lastFailure", seen.lastFailure());
        return Answer.of(json, () -> {
            var failure = seen.lastFailure() == null ? "" : "last failure: " + seen.lastFailure() + "\n";
            return "recording " + seen.file() + "\n" + seen.records() + " records written, " + seen.lost() + " lost; "
                    + seen.files() + " files finished\n" + failure;
        });
    }

    @Override
    public synchronized void close() {
        exporters.values().forEach(BmpExporter::close);
        exporters.clear();
        endRecording();
    }
}
