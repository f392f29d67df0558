package ecmplab.controller.southbound;

import java.util.Locale;

/** Who an agent is: its row in table {@code Agent}. */
public record AgentIdentity(Kind kind, String id) implements Comparable<AgentIdentity> {
    public enum Kind {
        HOST,
        MUX;

        /** As the database writes it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind parse(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }

    /** Reads what the database holds; throws {@link IllegalArgumentException} for any other kind. */
    public static AgentIdentity parse(String kind, String id) {
        return new AgentIdentity(Kind.parse(kind), id);
    }

    @Override
    public int compareTo(AgentIdentity other) {
        int byKind = kind.compareTo(other.kind);
        return byKind != 0 ? byKind : id.compareTo(other.id);
    }

    /** Such as {@code mux mux1}. */
    @Override
    public String toString() {
        return kind.text() + " " + id;
    }
}
