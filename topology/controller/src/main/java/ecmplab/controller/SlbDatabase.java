package ecmplab.controller;

import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.OvsdbException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The database {@code slb}, which holds what should be and what was achieved. Who writes what: the SLB manager everything but
 * {@code Agent} (of which it writes {@code degraded} only) and {@code Probe_Result}; each agent its own row of {@code Agent}, host
 * agents the {@code Probe_Result} rows of their VMs.
 */
public final class SlbDatabase {
    public static final String NAME = "slb";

    private SlbDatabase() {}

    /** The text of {@code slb.ovsschema}, as {@code ovsdb-tool create} takes it. */
    public static String schemaText() {
        try (var in = SlbDatabase.class.getResourceAsStream("slb.ovsschema")) {
            if (in == null) {
                throw new IllegalStateException("slb.ovsschema is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    public static DatabaseSchema schema() {
        try {
            return DatabaseSchema.parse(schemaText());
        } catch (OvsdbException malformed) {
            throw new IllegalStateException("slb.ovsschema", malformed);
        }
    }
}
