package ecmplab.lab.cli;

import ecmplab.lab.control.Json;
import ecmplab.lab.drill.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where ledgers go as JSON. */
final class Reports {
    private Reports() {}

    /** Writes to {@code file}, or a new file in the temporary directory, and says where. */
    static void save(Ledger ledger, @Nullable Path file) throws IOException {
        var target = file != null
                ? file
                : Files.createTempFile("ecmplab-" + ledger.lab() + "-" + ledger.drill() + "-", ".json");
        Files.writeString(target, Json.pretty(ledger));
        System.err.println("the ledger as JSON: " + target);
    }
}
