package ecmplab.port;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace of a test's own, without IPv6, which would send by itself. Gone with {@code close}. */
final class TestNamespace implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name = "elport-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();

    TestNamespace() throws Exception {
        run("ip", "netns", "add", name);
        try {
            within(() -> {
                for (var whose : new String[] {"all", "default"}) {
                    var file = Path.of("/proc/sys/net/ipv6/conf", whose, "disable_ipv6");
                    if (Files.exists(file)) {
                        Files.writeString(file, "1");
                    }
                }
                return null;
            });
        } catch (Exception failure) {
            close();
            throw failure;
        }
    }

    Path file() {
        return Path.of("/run/netns", name);
    }

    <T> T within(Callable<T> work) throws Exception {
        return Namespaces.within(file(), work);
    }

    String name() {
        return name;
    }

    /** Runs {@code ip} with these arguments inside. */
    void ip(String arguments) throws IOException, InterruptedException {
        run(("ip -n " + name + " " + arguments).split(" "));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        run("ip", "netns", "delete", name);
    }
}
