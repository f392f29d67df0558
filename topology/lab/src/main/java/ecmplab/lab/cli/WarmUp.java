package ecmplab.lab.cli;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.ControlClient;
import ecmplab.lab.control.ControlServer;
import ecmplab.lab.fabric.FabricPlan;
import ecmplab.lab.fabric.NodeConfig;
import ecmplab.lab.fabric.NodeConfigs;
import ecmplab.lab.file.LabJson;
import ecmplab.lab.node.Rehearsal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;

/**
 * Loads and links what node processes will, and runs what all of them run at their start, for the JVM to record in its AOT
 * cache. Needs no rights and touches nothing but a temporary folder.
 */
final class WarmUp {
    private WarmUp() {}

    /** @param what {@code light} for what VMs, clients and short commands load, {@code full} for all other nodes too */
    static int run(String what) throws IOException, InterruptedException {
        boolean full = what.equals("full");
        if (full) {
            loadLibraries();
        }
        var folder = Files.createTempDirectory("ecmplab-warm-up");
        try {
            var lab = DeployCommand.load("reference");
            for (var config : NodeConfigs.of(lab, folder)) {
                if (full || config instanceof NodeConfig.VmConfig || config instanceof NodeConfig.ClientConfig) {
                    config.write(folder.resolve("node.json"));
                    NodeConfig.read(folder.resolve("node.json"));
                }
            }
            if (full) {
                var mapper = LabJson.mapper();
                mapper.readValue(mapper.writeValueAsString(lab), lab.getClass());
                FabricPlan.of(lab);
            }
            var commands = new CommandTree()
                    .on("ready", values -> Answer.line("ready"))
                    .on("about", values -> Answer.of(Map.of("status", lab), () -> "text\n"));
            try (var server = ControlServer.start(folder.resolve("node.sock"), commands)) {
                ControlClient.ask(folder.resolve("node.sock"), List.of("ready"));
                ControlClient.ask(folder.resolve("node.sock"), List.of("about", "--json"));
            }
            Rehearsal.traffic(folder);
            if (full) {
                Rehearsal.control(lab, folder);
            }
        } finally {
            try (var files = Files.list(folder)) {
                for (var file : files.toList()) {
                    Files.deleteIfExists(file);
                }
            }
            Files.deleteIfExists(folder);
        }
        return Exit.FINE;
    }

    /** Every class of the project's libraries, which are the neighbours of the jar that this runs from. */
    private static void loadLibraries() throws IOException {
        var jar = Path.of(System.getProperty("java.class.path"));
        for (var file : jars(jar)) {
            try (var entries = new JarFile(file.toFile())) {
                entries.stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.startsWith("ecmplab/") && name.endsWith(".class"))
                        .filter(name -> !name.endsWith("-info.class"))
                        .map(name -> name.substring(0, name.length() - ".class".length())
                                .replace('/', '.'))
                        .forEach(WarmUp::load);
            }
        }
    }

    private static List<Path> jars(Path jar) throws IOException {
        var jars = new ArrayList<Path>();
        try (var file = new JarFile(jar.toFile())) {
            var classPath = file.getManifest().getMainAttributes().getValue("Class-Path");
            for (var element : classPath == null ? new String[0] : classPath.split(" ")) {
                jars.add(Path.of(jar.toUri().resolve(URI.create(element))));
            }
        }
        return jars;
    }

    private static void load(String name) {
        try {
            Class.forName(name, true, WarmUp.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError needless) {
            // a class that cannot be initialised here is not archived, and is loaded in the ordinary way where it can
        }
    }
}
