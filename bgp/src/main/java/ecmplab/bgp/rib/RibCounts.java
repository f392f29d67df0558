package ecmplab.bgp.rib;

/**
 * The tables in numbers, all families together.
 *
 * @param version grows with every change of a best path
 * @param routes prefixes with a best path
 * @param prefixes with any path, or still on their way out; for a moment also those just gone
 * @param attributeSets different sets of attributes
 * @param attributeOctets what these take in wire form
 * @param tooLarge routes not sent because no message could carry their attributes
 */
public record RibCounts(
        long version,
        int routes,
        int prefixes,
        int attributeSets,
        long attributeOctets,
        int nextHopSets,
        int updateGroups,
        long tooLarge) {}
