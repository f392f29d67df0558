package ecmplab.bench.dataplane;

import static java.nio.charset.StandardCharsets.UTF_8;

import ecmplab.port.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A network namespace of its own, held by a process that sleeps: gone with it. */
final class Namespace implements AutoCloseable {
    private final Process holder;

    private Namespace(Process holder) {
        this.holder = holder;
    }

    static Namespace create() throws IOException, InterruptedException {
        var holder = new ProcessBuilder(
                        "unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (holder.getInputStream().read() != 'u') {
            holder.destroy();
            throw new IOException("unshare --net: no namespace");
        }
        return new Namespace(holder);
    }

    long pid() {
        return holder.pid();
    }

    private Path file() {
        return Path.of("/proc/" + holder.pid() + "/ns/net");
    }

    /** Runs a shell's script in here; {@code /sys} shows this namespace's interfaces. */
    void run(String script) throws IOException, InterruptedException {
        var command = List.of(
                "nsenter", "--net=" + file(), "unshare", "--mount", "sh", "-ec", "mount -t sysfs none /sys\n" + script);
        run(command);
    }

    static void run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }

    /** Has work done by a thread in here. */
    <T> T within(Callable<T> work) throws Exception {
        return Namespaces.within(file(), work);
    }

    /** Moves the calling thread in here, for good. */
    void enter() throws IOException {
        Namespaces.enter(file());
    }

    /** A setting of the network stack, such as {@code net/ipv4/ip_forward}. */
    void set(String name, int value) throws Exception {
        within(() -> Files.writeString(Path.of("/proc/sys/" + name), value + "\n"));
    }

    @Override
    public void close() {
        holder.destroy();
    }
}
