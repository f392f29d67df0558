package ecmplab.lab.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Declares {@link Show#watch} for help and completion; {@link Main} answers it before this is loaded. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = {"Show the same again and again, with what changed marked, until Ctrl-C:", "watch bgp summary"})
final class WatchCommand implements Callable<Integer> {
    @Mixin
    private final ShowOptions show = new ShowOptions();

    @Override
    public Integer call() throws Exception {
        return new Show(System.out, System.err).watch(show.arguments());
    }
}
