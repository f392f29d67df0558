package ecmplab.lab.supervisor;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The command line of a JVM that runs this same program. */
final class JavaCommand {
    /**
     * Set by {@code scripts/lab}: where the JDK AOT caches are, up to what tells the two apart. A cache is read whole at the
     * start of a JVM, so what does little has a small one.
     */
    private static final String AOT_CACHES = "ecmplab.aot";

    /** How much a process will do. */
    enum Size {
        /** Serves or drives traffic through the kernel: quick to start, small. */
        LIGHT("-XX:TieredStopAtLevel=1 -Xmx96m", ".light.aot"),
        /** Talks OVSDB and TLS, and seldom has much to do. */
        CONTROL("-XX:TieredStopAtLevel=1 -Xmx128m", ".full.aot"),
        /** Forwards packets: gets the optimising compiler. */
        FORWARDING("-Xmx256m", ".full.aot");

        /** Separated by blanks. */
        private final String flags;

        private final String cache;

        Size(String flags, String cache) {
            this.flags = flags;
            this.cache = cache;
        }
    }

    private JavaCommand() {}

    static List<String> of(Size size, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError"));
        command.add("-Dio.netty.jfr.enabled=false"); // its events, which nobody records, load all of JFR at the start
        command.addAll(List.of(size.flags.split(" ")));
        var caches = System.getProperty(AOT_CACHES);
        if (caches != null) {
            command.add("-XX:AOTCache=" + caches + size.cache);
            command.add("-D" + AOT_CACHES + "=" + caches);
        }
        // absolute, as a node's working directory is another than ours
        var classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(element -> Path.of(element).toAbsolutePath().toString())
                .toList();
        if (classPath.size() == 1 && classPath.getFirst().endsWith(".jar")) {
            command.addAll(List.of("-jar", classPath.getFirst()));
        } else {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
            command.addAll(List.of(String.join(File.pathSeparator, classPath), "ecmplab.lab.cli.Main"));
        }
        command.addAll(List.of(arguments));
        return command;
    }
}
