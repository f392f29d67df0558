package ecmplab.lab.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LabSchemaTest {
    /** The schema is a file so that editors find it; this keeps it what the loader's own table says. */
    @Test
    void theShippedSchemaIsWhatTheLoaderChecks() throws IOException {
        var made = LabJson.mapper().writeValueAsString(LabSchema.document()) + "\n";
        var shipped = Path.of("src/main/resources/labs/lab.schema.json");
        if ("1".equals(System.getenv("ECMPLAB_WRITE_SCHEMA"))) {
            Files.writeString(shipped, made);
        }
        assertEquals(
                made,
                LabFile.schema(),
                "run this test with ECMPLAB_WRITE_SCHEMA=1 after changing LabShapes, and commit the schema");
    }
}
