package ecmplab.ovsdb.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and their JSON form, over seeded random ones. */
class DatumTest {
    private static Atom atom(AtomType type, Random random) {
        return switch (type) {
            case INTEGER -> new Atom.Int(random.nextInt(8));
            case REAL -> new Atom.Real(random.nextInt(8) / 4.0);
            case BOOLEAN -> new Atom.Bool(random.nextBoolean());
            case STRING -> new Atom.Text("s\u00fc\"\\" + random.nextInt(8));
            case UUID -> new Atom.Ref(new UUID(0, random.nextInt(8)));
        };
    }

    private static Datum datum(ColumnType type, Random random) {
        int size = type.max() == 1 ? random.nextInt(type.min(), 2) : random.nextInt(6);
        var entries = new TreeMap<Atom, Atom>();
        var value = type.value();
        for (int i = 0; i < size; i++) {
            var key = atom(type.key().type(), random);
            entries.put(key, value == null ? key : atom(value.type(), random));
        }
        return value == null ? Datum.set(entries.keySet()) : Datum.map(entries);
    }

    private static List<ColumnType> types() {
        var types = new ArrayList<ColumnType>();
        for (var key : AtomType.values()) {
            types.add(new ColumnType(BaseType.of(key), null, 0, 1));
            types.add(new ColumnType(BaseType.of(key), null, 0, ColumnType.UNLIMITED));
            for (var value : AtomType.values()) {
                types.add(new ColumnType(BaseType.of(key), BaseType.of(value), 0, ColumnType.UNLIMITED));
            }
        }
        return types;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsWrittenIsReadAgain(long seed) throws OvsdbException {
        var random = new Random(seed);
        for (var type : types()) {
            for (int round = 0; round < 50; round++) {
                var datum = datum(type, random);
                assertEquals(datum, Datum.parse(datum.toJson(), type, Atom.Names.NONE), type.toString());
            }
            assertEquals(type, ColumnType.parse(type.toJson()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aDifferenceLeadsFromOneToTheOther(long seed) throws OvsdbException {
        var random = new Random(seed);
        for (var type : types()) {
            for (int round = 0; round < 50; round++) {
                var before = datum(type, random);
                var after = datum(type, random);
                var difference = before.difference(after, type);
                assertEquals(after, before.apply(difference, type), before + " to " + after);
                assertEquals(difference, Datum.parseDifference(difference.toJson(), type));
            }
        }
    }

    @Test
    void aSetOfOneIsWrittenAsItsElement() {
        assertEquals("7", Datum.of(7).toJson().toString());
        assertEquals("[\"set\",[]]", Datum.EMPTY_SET.toJson().toString());
        assertEquals("[\"map\",[]]", Datum.EMPTY_MAP.toJson().toString());
        assertEquals(
                "[\"set\",[1,2]]",
                Datum.set(List.of(new Atom.Int(2), new Atom.Int(1))).toJson().toString());
    }
}
