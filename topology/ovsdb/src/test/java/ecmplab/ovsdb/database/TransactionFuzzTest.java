package ecmplab.ovsdb.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.ovsdb.data.Atom;
import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.data.OvsdbException;
import ecmplab.ovsdb.data.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random transactions, well-formed and mutilated: every one has an answer, and what is committed keeps every promise of the
 * schema.
 */
class TransactionFuzzTest {
    private static final String SCHEMA = """
            {"name": "f", "version": "1.0.0", "tables": {
              "Root": {"isRoot": true, "maxRows": 5, "indexes": [["name"]], "columns": {
                "name": {"type": {"key": {"type": "string", "maxLength": 8}}},
                "number": {"type": {"key": {"type": "integer", "minInteger": -100, "maxInteger": 100}}},
                "set": {"type": {"key": "integer", "min": 0, "max": 3}},
                "map": {"type": {"key": "string", "value": "integer", "min": 0, "max": "unlimited"}},
                "strong": {"type": {"key": {"type": "uuid", "refTable": "Leaf"}, "min": 0, "max": "unlimited"}},
                "weak": {"type": {"key": {"type": "uuid", "refTable": "Leaf", "refType": "weak"}, "min": 0, "max": "unlimited"}}}},
              "Leaf": {"columns": {
                "text": {"type": "string"},
                "next": {"type": {"key": {"type": "uuid", "refTable": "Leaf"}, "min": 0, "max": 1}}}}}}
            """;

    private static final List<String> TEMPLATES = List.of(
            "{'op':'insert','table':'Root','row':{'name':'#s','number':#n,'set':['set',[#n]],'map':['map',[['#s',#n]]]}}",
            "{'op':'insert','table':'Root','row':{'name':'#s','strong':['set',[['named-uuid','l1']]],'weak':['set',[['named-uuid','l1']]]}}",
            "{'op':'insert','table':'Leaf','uuid-name':'l1','row':{'text':'#s','next':['set',[]]}}",
            "{'op':'insert','table':'Leaf','uuid-name':'l2','row':{'text':'#s','next':['named-uuid','l1']}}",
            "{'op':'update','table':'Root','where':[['number','<',#n]],'row':{'name':'#s','strong':['named-uuid','l2']}}",
            "{'op':'update','table':'Root','where':[],'row':{'strong':['set',[]]}}",
            "{'op':'mutate','table':'Root','where':[],'mutations':[['number','+=',#n],['set','insert',#n],['map','delete','#s']]}",
            "{'op':'mutate','table':'Root','where':[['set','includes',#n]],'mutations':[['number','/=',#n],['number','%=',#n]]}",
            "{'op':'delete','table':'Root','where':[['name','==','#s']]}",
            "{'op':'delete','table':'Leaf','where':[['text','==','#s']]}",
            "{'op':'select','table':'Root','where':[['map','excludes',['map',[['#s',#n]]]]]}",
            "{'op':'wait','timeout':0,'table':'Root','where':[],'columns':['name'],'until':'!=','rows':[]}",
            "{'op':'commit','durable':true}",
            "{'op':'comment','comment':'#s'}");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyTransactionIsAnsweredAndTheSchemaIsKept(long seed) throws OvsdbException {
        var random = new Random(seed);
        var database = Database.inMemory(DatabaseSchema.parse(SCHEMA));
        int commits = 0;
        int refusals = 0;
        for (int round = 0; round < 3000; round++) {
            var operations = new ArrayList<JsonNode>();
            for (int count = 1 + random.nextInt(4); count > 0; count--) {
                var operation = operation(random);
                operations.add(random.nextInt(3) == 0 ? mutilated(operation, random) : operation);
            }
            var outcome = database.transact(operations, lock -> false, 0);
            if (outcome instanceof Database.Outcome.Done(ArrayNode results, Commit commit)) {
                assertTrue(results.size() >= operations.size(), results.toString());
                boolean refused = results.values().stream().anyMatch(result -> result.has("error"));
                assertTrue(!refused || commit == null, results.toString());
                commits += commit == null ? 0 : 1;
                refusals += refused ? 1 : 0;
            }
            checkPromises(database);
        }
        assertTrue(commits > 100 && refusals > 100, commits + " commits, " + refusals + " refusals");
    }

    private static JsonNode operation(Random random) {
        var text = TEMPLATES.get(random.nextInt(TEMPLATES.size())).replace('\'', '"');
        while (text.contains("#s")) {
            text = text.replaceFirst("#s", "s" + random.nextInt(6));
        }
        while (text.contains("#n")) {
            text = text.replaceFirst("#n", Integer.toString(random.nextInt(-60, 60)));
        }
        return JsonMapper.shared().readTree(text);
    }

    /** The same JSON with one piece of it replaced by something else, removed, or moved one level down. */
    private static JsonNode mutilated(JsonNode json, Random random) {
        if (json instanceof ObjectNode object && !object.isEmpty() && random.nextInt(4) != 0) {
            var names = object.propertyNames().stream().toList();
            var name = names.get(random.nextInt(names.size()));
            var copy = object.deepCopy();
            switch (random.nextInt(4)) {
                case 0 -> copy.remove(name);
                case 1 -> copy.set(name + "x", copy.get(name));
                default -> copy.set(name, mutilated(object.get(name), random));
            }
            return copy;
        }
        if (json instanceof ArrayNode array && !array.isEmpty() && random.nextInt(4) != 0) {
            var copy = array.deepCopy();
            int at = random.nextInt(array.size());
            if (random.nextInt(4) == 0) {
                copy.remove(at);
            } else {
                copy.set(at, mutilated(array.get(at), random));
            }
            return copy;
        }
        var factory = JsonNodeFactory.instance;
        return switch (random.nextInt(8)) {
            case 0 -> factory.nullNode();
            case 1 -> factory.numberNode(Long.MAX_VALUE);
            case 2 -> factory.numberNode(1e300);
            case 3 -> factory.stringNode("");
            case 4 -> factory.arrayNode().add(json);
            case 5 -> factory.objectNode().set("x", json);
            case 6 -> factory.arrayNode().add("uuid").add("00000000-0000-0000-0000-000000000000");
            default -> factory.booleanNode(true);
        };
    }

    private static void checkPromises(Database database) {
        var roots = database.rows("Root");
        assertTrue(roots.size() <= 5);
        assertEquals(
                roots.size(),
                roots.stream().map(row -> row.get("name")).distinct().count());
        var strong = new HashMap<Atom, Integer>();
        for (var table : List.of("Root", "Leaf")) {
            for (Row row : database.rows(table)) {
                var schema = Objects.requireNonNull(database.schema().table(table));
                schema.columns()
                        .values()
                        .forEach(column -> assertTrue(column.type().allows(row.get(column.name())), row.toString()));
                row.get(table.equals("Root") ? "strong" : "next")
                        .keys()
                        .forEach(key -> strong.merge(key, 1, Integer::sum));
            }
        }
        var leaves = database.rows("Leaf").stream()
                .map(row -> (Atom) new Atom.Ref(row.uuid()))
                .toList();
        assertTrue(leaves.containsAll(strong.keySet()), "every strong reference leads to a row");
        assertTrue(strong.keySet().containsAll(leaves), "every row that is no root is referred to");
        for (var row : roots) {
            assertTrue(leaves.containsAll(row.get("weak").keys()), "no weak reference leads nowhere");
        }
    }
}
