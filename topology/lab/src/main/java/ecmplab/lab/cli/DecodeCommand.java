package ecmplab.lab.cli;

import ecmplab.lab.control.Json;
import ecmplab.lab.message.MessageInput;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code lab bgp decode}. Exit codes: 0 all messages are framed, 1 one would end the session or the input is damaged, 2 usage. */
@Command(
        name = "decode",
        mixinStandardHelpOptions = true,
        description = "BGP messages as JSON, one object a line: from hex, captures (pcap, pcapng) or MRT files.",
        footer = {
            "",
            "verdict is what a speaker makes of the message: accept, discard (attributes), withdraw (its routes) or "
                    + "reset (the session, with notification). attributes, nlri and withdrawn are what the message has.",
            "Where the JSON does not tell all octets apart, octets has them; lab bgp encode gives back the same message.",
            "In captures with the OPENs of both sides, what they agreed on counts instead of the options.",
            "Exit codes: 0 framed, 1 a message resets the session, 2 usage."
        })
final class DecodeCommand implements Callable<Integer>, MessageInput.Sink {
    @Mixin
    private UpdateOptionsMixin how = new UpdateOptionsMixin();

    @Parameters(
            paramLabel = "HEX|FILE",
            arity = "0..*",
            description = "Messages in hex, or files; none or '-': standard input, which may be all of these.")
    private List<String> inputs = new ArrayList<>();

    @Option(
            names = {"--file", "--pcap", "--mrt"},
            paramLabel = "FILE",
            description = "A file of any of these kinds.")
    private List<Path> files = new ArrayList<>();

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private boolean reset;

    DecodeCommand() {
        this(System.in, System.out, System.err);
    }

    DecodeCommand(InputStream in, PrintStream out, PrintStream err) {
        this.in = in;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        var input = new MessageInput(how.options(), this);
        try {
            if (inputs.isEmpty() && files.isEmpty()) {
                inputs.add("-");
            }
            for (var text : inputs) {
                var file = file(text);
                if (text.equals("-")) {
                    input.stream(in);
                } else if (file != null) {
                    read(input, file);
                } else {
                    input.hex(text);
                }
            }
            for (var file : files) {
                read(input, file);
            }
        } catch (IllegalArgumentException notHex) {
            throw new Failure(Exit.USAGE, "lab bgp decode: " + notHex.getMessage());
        } finally {
            out.flush();
        }
        return reset ? Exit.FALSE : Exit.FINE;
    }

    private static void read(MessageInput input, Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new Failure(Exit.USAGE, file + ": no such file");
        }
        try (var content = Files.newInputStream(file)) {
            input.stream(content);
        }
    }

    /** The file of that name; null when there is none. */
    private static @Nullable Path file(String text) {
        try {
            var file = Path.of(text);
            return text.length() < 256 && Files.isRegularFile(file) ? file : null;
        } catch (InvalidPathException noName) {
            return null;
        }
    }

    @Override
    public void message(ObjectNode json, boolean resets) {
        reset |= resets;
        out.println(Json.line(json));
    }

    @Override
    public void damaged(String reason) {
        reset = true;
        err.println("lab bgp decode: " + reason);
    }
}
