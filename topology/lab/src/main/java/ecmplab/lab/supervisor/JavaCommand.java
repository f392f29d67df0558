package ecmplab.lab.supervisor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a JVM that runs this same program. */
final class JavaCommand {
    /** Set by {@code scripts/lab}: a JDK AOT cache made with the flags below. */
    private static final String AOT_CACHE = "ecmplab.aot";

    /** How much a process will do. */
    enum Size {
        /** Answers now and then: quick to start, small. */
        LIGHT("-XX:TieredStopAtLevel=1 -Xmx96m"),
        /** Forwards packets: gets the optimising compiler. */
        FORWARDING("-Xmx256m");

        /** Separated by blanks. */
        private final String flags;

        Size(String flags) {
            this.flags = flags;
        }
    }

    private JavaCommand() {}

    static List<String> of(Size size, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(List.of(size.flags.split(" ")));
        var cache = System.getProperty(AOT_CACHE);
        if (cache != null) {
            command.add("-XX:AOTCache=" + cache);
            command.add("-D" + AOT_CACHE + "=" + cache);
        }
        var classPath = System.getProperty("java.class.path");
        if (classPath.endsWith(".jar") && !classPath.contains(":")) {
            command.addAll(List.of("-jar", classPath));
        } else {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath, "ecmplab.lab.cli.Main"));
        }
        command.addAll(List.of(arguments));
        return command;
    }
}
