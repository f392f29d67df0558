package ecmplab.lab.cli;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.ControlClient;
import ecmplab.lab.control.ControlServer;
import ecmplab.lab.fabric.FabricPlan;
import ecmplab.lab.fabric.NodeConfig;
import ecmplab.lab.fabric.NodeConfigs;
import ecmplab.lab.file.LabJson;
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

    static int run() throws IOException {
        loadOurClasses();
        var folder = Files.createTempDirectory("ecmplab-warm-up");
        try {
            var lab = DeployCommand.load("reference");
            var mapper = LabJson.mapper();
            mapper.readValue(mapper.writeValueAsString(lab), lab.getClass());
            FabricPlan.of(lab);
            for (var config : NodeConfigs.of(lab, folder)) {
                config.write(folder.resolve("node.json"));
                NodeConfig.read(folder.resolve("node.json"));
            }
            var commands = new CommandTree()
                    .on("ready", values -> Answer.line("ready"))
                    .on("about", values -> Answer.of(Map.of("status", lab), () -> "text\n"));
            try (var server = ControlServer.start(folder.resolve("node.sock"), commands)) {
                ControlClient.ask(folder.resolve("node.sock"), List.of("ready"));
                ControlClient.ask(folder.resolve("node.sock"), List.of("about", "--json"));
            }
        } finally {
            Files.deleteIfExists(folder.resolve("node.json"));
            Files.deleteIfExists(folder);
        }
        return Exit.FINE;
    }

    /** Every class of the project: from the jar this runs from, and its neighbours. */
    private static void loadOurClasses() throws IOException {
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
        var jars = new ArrayList<Path>(List.of(jar));
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
