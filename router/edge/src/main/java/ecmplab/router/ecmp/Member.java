package ecmplab.router.ecmp;

/** A next hop of a group, by its id, and its share against the other members'. */
public record Member(int nextHop, int weight) {
    public Member {
        if (nextHop < 0) {
            throw new IllegalArgumentException("next hop " + nextHop + ": must not be negative");
        }
        if (weight < 1) {
            throw new IllegalArgumentException("weight " + weight + ": must be at least 1");
        }
    }
}
