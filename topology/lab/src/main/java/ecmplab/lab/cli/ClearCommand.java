package ecmplab.lab.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code clear bgp ...} as vtysh spells it. */
@Command(
        name = "clear",
        mixinStandardHelpOptions = true,
        description = {
            "As in vtysh: clear bgp [ipv4|ipv6 unicast] NEIGHBOR|GROUP|* [soft] [in|out].",
            "Without soft, in or out the session is reset; with them, routes are only exchanged again."
        })
final class ClearCommand implements Callable<Integer> {
    @Mixin
    private final SpeakerOption speaker = new SpeakerOption();

    @Parameters(paramLabel = "WORDS", arity = "1..*")
    private List<String> words = List.of();

    @Override
    public Integer call() throws IOException {
        var request = new ArrayList<>(List.of("clear"));
        request.addAll(words);
        return OrderCommands.order(speaker.socket(), request);
    }
}
