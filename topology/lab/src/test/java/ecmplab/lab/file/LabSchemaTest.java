package ecmplab.lab.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LabSchemaTest {
    /** The schemas are files so that editors find them; this keeps them what the loader's own tables say. */
    @Test
    void theShippedSchemaIsWhatTheLoaderChecks() throws IOException {
        check("lab.schema.json", LabJson.mapper().writeValueAsString(LabSchema.document()) + "\n");
    }

    @Test
    void theShippedSchemaOfSpeakersIsWhatTheLoaderChecks() throws IOException {
        check("speaker.schema.json", LabJson.mapper().writeValueAsString(LabSchema.speaker()) + "\n");
    }

    private static void check(String file, String made) throws IOException {
        var shipped = Path.of("src/main/resources/labs/" + file);
        if ("1".equals(System.getenv("ECMPLAB_WRITE_SCHEMA"))) {
            Files.writeString(shipped, made);
        }
        assertEquals(
                made,
                Files.readString(shipped),
                "run this test with ECMPLAB_WRITE_SCHEMA=1 after changing the shapes, and commit the schema");
    }
}
