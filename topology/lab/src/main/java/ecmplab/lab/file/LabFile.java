package ecmplab.lab.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Lab files: where they are, and what is in them. */
public final class LabFile {
    /** Labs that come with the tool, by name. */
    public static final List<String> SAMPLES =
            List.of("hello", "reference", "frr-edge", "bird-edge", "dual-stack", "flood");

    private static final String SUFFIX = ".lab.yml";

    private LabFile() {}

    /** What came of reading a lab file. */
    public sealed interface Loaded {}

    public record Good(Lab lab) implements Loaded {}

    /** @param problems at least one, in the order of the file */
    public record Bad(List<Problem> problems) implements Loaded {}

    /**
     * Loads a file, or where none of that name exists the sample of that name.
     *
     * @throws NoSuchFileException when there is neither; its message names the samples
     */
    public static Loaded load(String nameOrFile) throws IOException {
        var file = Path.of(nameOrFile);
        if (Files.isRegularFile(file)) {
            var folder = file.toAbsolutePath().getParent();
            return parse(nameOrFile, text(Files.readAllBytes(file)), folder == null ? Path.of("/") : folder);
        }
        if (SAMPLES.contains(nameOrFile)) {
            return parse(nameOrFile + SUFFIX, sample(nameOrFile), Path.of("").toAbsolutePath());
        }
        throw new NoSuchFileException(
                nameOrFile, null, "no such file, and no sample lab either: " + String.join(", ", SAMPLES));
    }

    /**
     * @param source what problems call the file
     * @param folder where the files it names are
     */
    public static Loaded parse(String source, String text, Path folder) {
        return new LabLoader(source, folder).load(text);
    }

    /** The text of a sample lab. */
    public static String sample(String name) {
        return resource("/labs/" + name + SUFFIX);
    }

    /** The JSON schema (draft-07) of lab files, for editors. */
    public static String schema() {
        return resource("/labs/lab.schema.json");
    }

    private static String resource(String path) {
        try (var in = LabFile.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("not in this build: " + path);
            }
            return text(in.readAllBytes());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8);
    }
}
