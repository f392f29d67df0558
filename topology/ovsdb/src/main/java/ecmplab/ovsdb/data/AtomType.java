package ecmplab.ovsdb.data;

import java.util.Locale;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** The five types of atoms (RFC 7047 section 3.1, {@code <atomic-type>}). */
public enum AtomType {
    INTEGER,
    REAL,
    BOOLEAN,
    STRING,
    UUID;

    public static AtomType parse(JsonNode json) throws OvsdbException {
        if (json.isString()) {
            for (var type : values()) {
                if (type.text().equals(json.stringValue())) {
                    return type;
                }
            }
        }
        throw OvsdbError.syntax(json, "not an atomic type").exception();
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What a column of this type holds when an insert does not say (RFC 7047 section 5.2.1). */
    public Atom defaultAtom() {
        return switch (this) {
            case INTEGER -> new Atom.Int(0);
            case REAL -> new Atom.Real(0);
            case BOOLEAN -> new Atom.Bool(false);
            case STRING -> new Atom.Text("");
            case UUID -> new Atom.Ref(new UUID(0, 0));
        };
    }
}
