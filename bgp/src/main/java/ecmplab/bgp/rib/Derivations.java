package ecmplab.bgp.rib;

/**
 * Which attribute sets were made of which, by what edit: each set has a chain of those that were made of it. Finding what an edit made of
 * a set takes no look at its octets. The sets that others were made of are held by them; who uses this keeps those references.
 */
final class Derivations {
    /** An id that was not made of another. */
    static final int NONE = 0;

    /** Of a set that others were made of, the first of them; of one of those, the next. */
    private final IntColumn links = new IntColumn();
    /** What a set was made of, and by which edit. */
    private final IntColumn bases = new IntColumn();

    private final IntColumn edits = new IntColumn();
    private int count;
    private int lastEdit;

    /** A number that no edit has had before; the first ones come again after two thousand million. */
    int newEdit() {
        lastEdit = lastEdit == Integer.MAX_VALUE ? 1 : lastEdit + 1;
        return lastEdit;
    }

    /** Sets that were made of others. */
    int count() {
        return count;
    }

    boolean isDerived(int id) {
        return bases.get(id) != NONE;
    }

    /** The first set that was made of this one, or {@link #NONE}. */
    int first(int base) {
        return links.get(base);
    }

    /** The next one that was made of the same. */
    int next(int id) {
        return links.get(id);
    }

    int edit(int id) {
        return edits.get(id);
    }

    /** Another edit makes the same of the set that the id was made of; only one of them is known. */
    void setEdit(int id, int edit) {
        edits.set(id, edit);
    }

    void add(int base, int edit, int id) {
        links.set(id, links.get(base));
        links.set(base, id);
        bases.set(id, base);
        edits.set(id, edit);
        count++;
    }

    /** Forgets a set, and gives what it was made of. */
    int remove(int id) {
        int base = bases.get(id);
        int before = base;
        while (links.get(before) != id) {
            before = links.get(before);
        }
        links.set(before, links.get(id));
        links.set(id, NONE);
        bases.set(id, NONE);
        count--;
        return base;
    }
}
