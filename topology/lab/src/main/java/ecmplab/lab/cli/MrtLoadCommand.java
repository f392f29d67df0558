package ecmplab.lab.cli;

import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.session.SessionServer;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.message.MrtReplay;
import ecmplab.lab.message.PathChoice;
import ecmplab.lab.message.RecordedFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lab bgp mrt load}: a table, or recorded messages, into sessions. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = {
            "Announce the routes of an MRT file (also .gz, .bz2) to peers: of a table the first path to each prefix, of",
            "recorded messages all of them. Then stay until Ctrl-C, because with the session the routes would go."
        },
        footer = {
            "",
            "Exit codes: 0 all was sent (with --exit), 1 no session, or it ended, or FILE is unreadable, 2 usage, 3 no FILE."
        })
final class MrtLoadCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "What to send.")
    private Path file = Path.of("");

    @Option(
            names = "--to",
            paramLabel = "ADDRESS[:PORT]",
            required = true,
            description = "A peer to dial; may be given several times; an IPv6 address with a port in brackets.")
    private List<String> peers = new ArrayList<>();

    @Option(names = "--local-as", paramLabel = "AS", required = true, description = "Our AS.")
    private long localAs;

    @Option(names = "--peer-as", paramLabel = "AS", required = true, description = "Theirs.")
    private long peerAs;

    @Option(names = "--router-id", paramLabel = "ID", description = "Our BGP Identifier (default: ${DEFAULT-VALUE}).")
    private String routerId = "10.255.255.1";

    @Option(names = "--source", paramLabel = "ADDRESS", description = "The address to dial from.")
    private @Nullable String source;

    @Option(
            names = "--next-hop",
            paramLabel = "ADDRESS",
            description = "In place of those in the file; once for IPv4 and once for IPv6.")
    private List<String> nextHops = new ArrayList<>();

    @Option(names = "--keep-path", description = "Do not put our AS in front of AS paths.")
    private boolean keepPath;

    @Option(
            names = "--from",
            paramLabel = "PEER",
            description = "Only the paths of this peer of FILE: its address, or its number in a table, counted from 0.")
    private @Nullable String from;

    @Option(
            names = "--all-paths",
            description = "All paths to a prefix, to peers that take several (ADD-PATH, RFC 7911).")
    private boolean allPaths;

    @Option(names = "--password", paramLabel = "KEY", description = "Key of TCP MD5 signatures (RFC 2385).")
    private @Nullable String password;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "The first line is that key, so that no list of processes shows it.")
    private @Nullable Path passwordFile;

    @Option(
            names = {"--exit", "--once"},
            description = "End when all is sent, instead of staying.")
    private boolean once;

    @Option(names = "--hops", paramLabel = "N", description = "Routers to the peer (default: ${DEFAULT-VALUE}).")
    private int hops = 1;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to wait for the session (default: ${DEFAULT-VALUE}).")
    private int timeout = 30;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (!Files.isRegularFile(file)) {
            throw new Failure(Exit.NO_SUCH, file + ": no such file");
        }
        var key = key();
        var configs = peers.stream().map(peer -> config(peer, key)).toList();
        var rewrite = new MrtReplay.Rewrite(nextHop(4), nextHop(16), keepPath);
        try (var server = SessionServer.open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            // Ctrl-C: peers are told that it was on purpose.
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
            var work = new ArrayList<Future<Integer>>();
            var replays = new ArrayList<MrtReplay>();
            for (var config : configs) {
                var replay = new MrtReplay(rewrite, new PathChoice(whose(), allPaths));
                replays.add(replay);
                server.add(config, replay).start();
                work.add(threads.submit(() -> replay(replay, config)));
            }
            var progress = Thread.ofVirtual().start(() -> progress(replays));
            int code = Exit.FINE;
            for (var each : work) {
                code = Math.max(code, each.get());
            }
            progress.interrupt();
            return code;
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        }
    }

    /** On a terminal, a line that counts what was sent while it is sent. */
    private static void progress(List<MrtReplay> replays) {
        if (!Terminal.isThere()) {
            return;
        }
        try {
            for (long before = 0; ; ) {
                Thread.sleep(1000);
                long now = replays.stream().mapToLong(MrtReplay::announced).sum();
                if (now > before) {
                    System.err.printf("\r%,d routes sent, %,d a second ", now, now - before);
                } else if (before > 0) {
                    System.err.print("\r\033[K");
                }
                before = now;
            }
        } catch (InterruptedException done) {
            Thread.currentThread().interrupt();
        }
    }

    private PathChoice.Who whose() {
        try {
            return from == null ? new PathChoice.Anybody() : PathChoice.peer(from);
        } catch (IllegalArgumentException wrong) {
            throw new Failure(Exit.USAGE, "--from " + from + ": must be a peer's address or number");
        }
    }

    private @Nullable String key() throws IOException {
        if (passwordFile == null) {
            return password;
        }
        if (password != null) {
            throw new Failure(Exit.USAGE, "either --password or --password-file");
        }
        try (var lines = Files.lines(passwordFile)) {
            return lines.findFirst()
                    .orElseThrow(() -> new Failure(Exit.USAGE, "--password-file " + passwordFile + ": is empty"));
        } catch (NoSuchFileException missing) {
            throw new Failure(Exit.NO_SUCH, passwordFile + ": no such file");
        }
    }

    private int replay(MrtReplay replay, SessionConfig config) throws InterruptedException {
        var peer = config.remoteAddress().getHostAddress();
        try (var content = RecordedFile.open(file)) {
            long start = System.nanoTime();
            var sent = replay.send(content, Duration.ofSeconds(timeout));
            if (allPaths && !replay.sendsSeveralPaths()) {
                System.err.println(
                        peer + " takes one path to a prefix only (no ADD-PATH): it was sent the first of each");
            }
            System.out.printf(
                    "%s: %d routes announced, %d withdrawn, %d skipped, in %.1f s%n",
                    peer, sent.announced(), sent.withdrawn(), sent.skipped(), (System.nanoTime() - start) / 1e9);
            System.out.flush();
            if (once) {
                replay.awaitDrained();
                return Exit.FINE;
            }
            System.err.println(peer + ": " + replay.awaitEnd());
            return Exit.FALSE;
        } catch (TimeoutException | IOException failed) {
            System.err.println(peer + ": " + failed.getMessage());
            return Exit.FALSE;
        }
    }

    private SessionConfig config(String peer, @Nullable String key) {
        int colon = peer.lastIndexOf(':');
        boolean v6 = peer.indexOf(':') != colon;
        boolean hasPort = colon >= 0 && (!v6 || peer.indexOf(']') == colon - 1);
        var address = (hasPort ? peer.substring(0, colon) : peer).replaceAll("[\\[\\]]", "");
        try {
            var config = SessionConfig.of(
                            InetAddress.ofLiteral(address), Asn.of(peerAs), Asn.of(localAs), RouterId.parse(routerId))
                    .withFamilies(EnumSet.allOf(AddressFamily.class))
                    .withHoldTime(Duration.ofSeconds(90))
                    .withLocalAddress(source == null ? null : InetAddress.ofLiteral(source))
                    .withMd5Password(key);
            if (allPaths) {
                var families = EnumSet.allOf(AddressFamily.class);
                config = config.withOffer(config.offer().withAddPath(Set.of(), families));
            }
            config = hops > 1 ? config.withHops(hops) : config;
            return hasPort ? config.withPort(Integer.parseInt(peer.substring(colon + 1))) : config;
        } catch (IllegalArgumentException wrong) {
            throw new Failure(Exit.USAGE, "--to " + peer + ": " + wrong.getMessage());
        }
    }

    private @Nullable InetAddress nextHop(int octets) {
        try {
            return nextHops.stream()
                    .map(InetAddress::ofLiteral)
                    .filter(address -> address.getAddress().length == octets)
                    .findFirst()
                    .orElse(null);
        } catch (IllegalArgumentException wrong) {
            throw new Failure(Exit.USAGE, "--next-hop: " + wrong.getMessage());
        }
    }
}
