package ecmplab.lab.speaker;

import ecmplab.lab.file.SpeakerFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What another file changes around the speaker: who is told of its messages, where they are recorded, what the kernel's routes mean.
 * Settings have the names of the file.
 *
 * @param atOnce what a reload changes
 * @param later what counts from the next start of the process on
 */
record AroundSpeaker(List<String> atOnce, List<String> later) {
    AroundSpeaker {
        atOnce = List.copyOf(atOnce);
        later = List.copyOf(later);
    }

    static AroundSpeaker between(SpeakerFile.Good from, SpeakerFile.Good to) {
        var atOnce = new ArrayList<String>();
        differ(atOnce, "redistribute", from.redistributesConnected(), to.redistributesConnected());
        differ(atOnce, "next-hop-tracking", from.tracksNextHops(), to.tracksNextHops());
        differ(atOnce, "bmp", from.collectors(), to.collectors());
        differ(atOnce, "mrt", from.recording(), to.recording());
        var later = new ArrayList<String>();
        differ(later, "metrics", from.metrics(), to.metrics());
        return new AroundSpeaker(atOnce, later);
    }

    private static void differ(List<String> names, String name, @Nullable Object before, @Nullable Object after) {
        if (!Objects.equals(before, after)) {
            names.add(name);
        }
    }

    boolean changesNothing() {
        return atOnce.isEmpty() && later.isEmpty();
    }

    /** A line for people, or nothing. */
    String text(boolean before) {
        if (changesNothing()) {
            return "";
        }
        var what = new ArrayList<String>();
        if (!atOnce.isEmpty()) {
            what.add(String.join(", ", atOnce) + (before ? " to change at once" : " changed at once"));
        }
        if (!later.isEmpty()) {
            what.add(String.join(", ", later) + " for the next start");
        }
        return "speaker: " + String.join("; ", what) + "\n";
    }
}
