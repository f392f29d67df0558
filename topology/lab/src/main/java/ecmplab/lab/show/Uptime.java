package ecmplab.lab.show;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Time since something, as vtysh writes it: {@code 00:00:12}, {@code 2d03h04m}, {@code 3w1d02h}. */
final class Uptime {
    private Uptime() {}

    static String since(Instant start, Instant now) {
        return text(Duration.between(start, now));
    }

    static String text(Duration time) {
        var shown = time.isNegative() ? Duration.ZERO : time;
        if (shown.toDays() >= 7) {
            return String.format(
                    Locale.ROOT, "%dw%dd%02dh", shown.toDays() / 7, shown.toDays() % 7, shown.toHoursPart());
        }
        if (shown.toDays() >= 1) {
            return String.format(
                    Locale.ROOT, "%dd%02dh%02dm", shown.toDays(), shown.toHoursPart(), shown.toMinutesPart());
        }
        return String.format(
                Locale.ROOT, "%02d:%02d:%02d", shown.toHours(), shown.toMinutesPart(), shown.toSecondsPart());
    }
}
