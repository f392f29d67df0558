package ecmplab.lab.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** Asks again and again, and shows what changed, until Ctrl-C or as often as was said. */
final class Watch {
    private final PrintStream out;

    Watch(PrintStream out) {
        this.out = out;
    }

    /** @return the last answer's exit code */
    int run(ShowRequest asked, Duration pause) throws IOException, InterruptedException {
        boolean terminal = Terminal.isThere();
        var redraw = new Redraw(terminal ? Terminal.lines() : Integer.MAX_VALUE);
        int code = Exit.FINE;
        for (int time = 1; asked.times() == 0 || time <= asked.times(); time++) {
            if (time > 1) {
                Thread.sleep(pause);
            }
            var text = new ByteArrayOutputStream();
            try (var page = new PrintStream(text, false, StandardCharsets.UTF_8)) {
                code = new Show(page, page).once(asked);
            }
            var title = LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + "  every "
                    + pause.toMillis() + " ms  show " + String.join(" ", asked.words());
            var shown = text.toString(StandardCharsets.UTF_8);
            out.print(terminal ? redraw.frame(title, shown) : redraw.appended(title, shown));
            out.flush();
            if (out.checkError()) {
                break;
            }
        }
        return code;
    }
}
