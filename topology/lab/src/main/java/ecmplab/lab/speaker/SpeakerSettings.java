package ecmplab.lab.speaker;

import ecmplab.bgp.speaker.Reconfiguration;
import ecmplab.lab.file.SpeakerFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What another file changes of the speaker as a whole, and around it: who is told of its messages, where they are recorded, what the
 * kernel's routes mean. Settings have the names of the file.
 *
 * @param resetting what resets all sessions
 * @param atOnce what resets none
 */
record SpeakerSettings(List<String> resetting, List<String> atOnce) {
    private static final Set<String> IDENTITY = Set.of("as", "router-id");

    SpeakerSettings {
        resetting = List.copyOf(resetting);
        atOnce = List.copyOf(atOnce);
    }

    static SpeakerSettings between(SpeakerFile.Good from, SpeakerFile.Good to, Reconfiguration plan) {
        var resetting = plan.settings().stream().filter(IDENTITY::contains).toList();
        var atOnce = new ArrayList<>(plan.settings());
        atOnce.removeAll(resetting);
        differ(atOnce, "redistribute", from.redistributesConnected(), to.redistributesConnected());
        differ(atOnce, "next-hop-tracking", from.tracksNextHops(), to.tracksNextHops());
        differ(atOnce, "bmp", from.collectors(), to.collectors());
        differ(atOnce, "mrt", from.recording(), to.recording());
        differ(atOnce, "metrics", from.metrics(), to.metrics());
        return new SpeakerSettings(resetting, atOnce);
    }

    private static void differ(List<String> names, String name, @Nullable Object before, @Nullable Object after) {
        if (!Objects.equals(before, after)) {
            names.add(name);
        }
    }

    boolean changesNothing() {
        return resetting.isEmpty() && atOnce.isEmpty();
    }

    /** A line for people, or nothing. */
    String text(boolean before) {
        if (changesNothing()) {
            return "";
        }
        var what = new ArrayList<String>();
        if (!resetting.isEmpty()) {
            what.add(String.join(", ", resetting)
                    + (before ? " to change, which resets all sessions" : " changed, which reset all sessions"));
        }
        if (!atOnce.isEmpty()) {
            what.add(String.join(", ", atOnce) + (before ? " to change at once" : " changed at once"));
        }
        return "speaker: " + String.join("; ", what) + "\n";
    }
}
