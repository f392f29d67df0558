package ecmplab.ovsdb.client;

import ecmplab.ovsdb.data.OvsdbError;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The answer to a transaction: all of it happened, or nothing.
 *
 * @param results of the operations, in order
 * @param error why nothing happened; null when all of it did
 * @param failed number of the operation at fault, from 0; the number of operations when the transaction as a whole was refused
 */
public record TransactionResult(
        List<JsonNode> results, @Nullable OvsdbError error, int failed) {
    /** Reads the result of {@code transact}. */
    public static TransactionResult of(JsonNode json) {
        var results = List.copyOf(json.values());
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i).has("error") && !results.get(i).get("error").isNull()) {
                return new TransactionResult(results, OvsdbError.parse(results.get(i)), i);
            }
        }
        return new TransactionResult(results, null, -1);
    }

    public boolean committed() {
        return error == null;
    }

    /** The row that the insert with this number made. */
    public UUID inserted(int operation) {
        return UUID.fromString(results.get(operation).path("uuid").path(1).asString());
    }

    /** How many rows the update, mutate or delete with this number changed. */
    public int count(int operation) {
        return results.get(operation).path("count").asInt();
    }

    /** What the select with this number found. */
    public List<JsonNode> rows(int operation) {
        return List.copyOf(results.get(operation).path("rows").values());
    }
}
