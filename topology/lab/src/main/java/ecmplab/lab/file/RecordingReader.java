package ecmplab.lab.file;

import ecmplab.bgp.monitor.MrtFiles;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a file says of BMP collectors and MRT recording, of a speaker on its own or of a node. */
final class RecordingReader {
    private RecordingReader() {}

    static List<InetSocketAddress> collectors(Settings settings) {
        return settings.each("bmp", RoutingScalars.SOCKET).stream().distinct().toList();
    }

    static Optional<MrtFiles> recording(Settings settings, Problems problems) {
        if (!settings.has("mrt")) {
            return Optional.empty();
        }
        var brief = settings.get("mrt", Scalar.FILE);
        var more = settings.section("mrt");
        try {
            var folder = brief.or(() -> more.get("folder", Scalar.FILE)).orElseThrow();
            return Optional.of(new MrtFiles(
                    Path.of(folder),
                    (long) more.get("rotate-size", SpeakerShapes.MEGABYTES, 256) << 20,
                    more.get("rotate-after", Scalar.DURATION, Duration.ofHours(1)),
                    more.get("gzip", Scalar.YES_NO, true),
                    more.get("keep", SpeakerShapes.FILES, 0)));
        } catch (IllegalArgumentException wrong) {
            problems.at(settings.placeOf("mrt"), String.valueOf(wrong.getMessage()));
            return Optional.empty();
        }
    }
}
