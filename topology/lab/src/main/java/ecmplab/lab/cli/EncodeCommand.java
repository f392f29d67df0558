package ecmplab.lab.cli;

import ecmplab.lab.control.Json;
import ecmplab.lab.message.MessageWriter;
import ecmplab.lab.message.Unwritable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;

/** {@code lab bgp encode}, the inverse of {@link DecodeCommand}. */
@Command(
        name = "encode",
        mixinStandardHelpOptions = true,
        description = "BGP messages in hex, one a line, from the JSON that lab bgp decode prints.",
        footer = {
            "",
            "A message is written from its octets, where they are given. To change one, remove that key.",
            "An UPDATE written by hand needs little:",
            "  {\"type\": \"UPDATE\", \"nlri\": [\"203.0.113.0/24\"], \"attributes\": [{\"name\": \"ORIGIN\", \"value\": \"IGP\"},",
            "   {\"name\": \"AS_PATH\", \"value\": \"65001\"}, {\"name\": \"NEXT_HOP\", \"value\": \"192.0.2.1\"}]}",
            "Exit codes: 0 written, 2 usage, which is also JSON that is no message."
        })
final class EncodeCommand implements Callable<Integer> {
    @Mixin
    private UpdateOptionsMixin how = new UpdateOptionsMixin();

    @Parameters(paramLabel = "JSON", arity = "0..*", description = "Messages; none or '-': lines of standard input.")
    private List<String> messages = new ArrayList<>();

    private final InputStream in;
    private final PrintStream out;

    EncodeCommand() {
        this(System.in, System.out);
    }

    EncodeCommand(InputStream in, PrintStream out) {
        this.in = in;
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        try {
            for (var message : messages.isEmpty() ? List.of("-") : messages) {
                if (message.equals("-")) {
                    lines();
                } else {
                    write(message, "");
                }
            }
        } finally {
            out.flush();
        }
        return Exit.FINE;
    }

    private void lines() throws IOException {
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        int number = 0;
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            if (!line.isBlank()) {
                write(line, "line " + number + ": ");
            }
        }
    }

    private void write(String message, String where) {
        try {
            var node = Json.MAPPER.readTree(message);
            out.println(HexFormat.of().formatHex(MessageWriter.write(node, how.options())));
        } catch (JacksonException notJson) {
            throw new Failure(Exit.USAGE, "lab bgp encode: " + where + notJson.getOriginalMessage());
        } catch (Unwritable wrong) {
            throw new Failure(Exit.USAGE, "lab bgp encode: " + where + wrong.getMessage());
        }
    }
}
