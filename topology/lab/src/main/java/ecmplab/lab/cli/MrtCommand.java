package ecmplab.lab.cli;

import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.mrt.MrtReader;
import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.lab.control.ControlClient;
import ecmplab.lab.control.Json;
import ecmplab.lab.message.MessageInput;
import ecmplab.lab.message.MrtText;
import ecmplab.lab.message.RecordedFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** MRT files: what is in them, and sending it. */
@Command(
        name = "mrt",
        mixinStandardHelpOptions = true,
        description = "MRT files (RFC 6396): print, write or replay routing tables and messages.",
        subcommands = {MrtCommand.Dump.class, MrtLoadCommand.class})
final class MrtCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new Failure(Exit.USAGE, "lab bgp mrt: dump FILE, dump --control SOCKET --out FILE, load FILE --to PEER");
    }

    @Command(
            name = "dump",
            mixinStandardHelpOptions = true,
            description = {
                "Print an MRT file (also .gz, .bz2), a line a route or message, in the form of bgpdump -m;",
                "or, with --out, write a running speaker's table to one."
            },
            footer = {
                "",
                "Exit codes: 0 all of it, 1 a record is damaged or the speaker does not answer, 2 usage, 3 no FILE."
            })
    static final class Dump implements Callable<Integer> {
        private static final Duration PATIENCE = Duration.ofSeconds(10);

        @Parameters(paramLabel = "FILE", arity = "0..1", description = "What to print.")
        private @Nullable Path file;

        @Option(names = "--json", description = "One JSON object a message or path, as lab bgp decode prints them.")
        private boolean json;

        @Option(names = "--out", paramLabel = "FILE", description = "Where to write the table of a speaker.")
        private @Nullable Path out;

        @Mixin
        private final SpeakerOption speaker = new SpeakerOption();

        @Override
        public Integer call() throws IOException {
            if ((file == null) == (out == null)) {
                throw new Failure(
                        Exit.USAGE, "lab bgp mrt dump: either FILE, or --out FILE and the speaker's --control SOCKET");
            }
            if (out != null) {
                return write(out);
            }
            return file == null ? Exit.USAGE : print(file);
        }

        private int print(Path from) throws IOException {
            var page = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, StandardCharsets.UTF_8);
            try (var content = RecordedFile.open(from)) {
                return json ? objects(content, page) : lines(content, page);
            } catch (NoSuchFileException missing) {
                throw new Failure(Exit.NO_SUCH, from + ": no such file");
            } finally {
                page.flush();
            }
        }

        private static int lines(InputStream content, PrintStream page) throws IOException {
            var records = new MrtReader(content);
            var text = new MrtText();
            int code = Exit.FINE;
            for (var record = records.read(); record != null && !page.checkError(); record = records.read()) {
                text.lines(record).forEach(page::println);
                if (record instanceof MrtRecord.Damaged damaged) {
                    System.err.println("record at octet " + damaged.offset() + ": " + damaged.reason());
                    code = Exit.FALSE;
                }
            }
            return code;
        }

        private static int objects(InputStream content, PrintStream page) throws IOException {
            var damages = new int[1];
            var how = UpdateOptions.of(true, true, EnumSet.allOf(AddressFamily.class));
            new MessageInput(how, new MessageInput.Sink() {
                        @Override
                        public void message(ObjectNode message, boolean reset) {
                            page.println(Json.line(message));
                        }

                        @Override
                        public void damaged(String reason) {
                            System.err.println(reason);
                            damages[0]++;
                        }
                    })
                    .stream(content);
            return damages[0] == 0 ? Exit.FINE : Exit.FALSE;
        }

        /** The file appears whole or not at all. */
        private int write(Path target) throws IOException {
            var part = target.resolveSibling(target.getFileName() + ".part");
            try {
                int code;
                try (var octets = new BufferedOutputStream(Files.newOutputStream(part), 1 << 16)) {
                    code = ControlClient.stream(speaker.socket(), List.of("bgp", "mrt"), PATIENCE, new Records(octets));
                }
                if (code == Exit.FINE) {
                    Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
                }
                return code;
            } finally {
                Files.deleteIfExists(part);
            }
        }
    }

    /** Lines of hex, a record each, that come in pieces of any size; or what went wrong, which is for people. */
    private static final class Records implements ControlClient.Receiver {
        private final OutputStream out;
        private final StringBuilder line = new StringBuilder();
        private boolean refused;

        Records(OutputStream out) {
            this.out = out;
        }

        @Override
        public void begin(int code) {
            refused = code != Exit.FINE;
        }

        @Override
        public void chunk(byte[] octets, int length) throws IOException {
            if (refused) {
                System.err.write(octets, 0, length);
                return;
            }
            for (int i = 0; i < length; i++) {
                if (octets[i] == '\n') {
                    out.write(HexFormat.of().parseHex(line));
                    line.setLength(0);
                } else {
                    line.append((char) octets[i]);
                }
            }
        }
    }
}
