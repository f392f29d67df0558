package ecmplab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A table as k sources play it, and what is right then. */
final class Tables {
    private static final long REFUSED = Long.MAX_VALUE;

    private final PrefixSet prefixes;
    private final List<Feed> feeds;
    private final UserPolicy policy;

    private Tables(PrefixSet prefixes, List<Feed> feeds, UserPolicy policy) {
        this.prefixes = prefixes;
        this.feeds = List.copyOf(feeds);
        this.policy = policy;
    }

    PrefixSet prefixes() {
        return prefixes;
    }

    List<Feed> feeds() {
        return feeds;
    }

    /** Every source has a path of its own to every prefix; which is best is by chance. */
    static Tables of(PrefixSet prefixes, Layout layout, UserPolicy policy, SplittableRandom random) {
        var groups = Groups.random(prefixes.size(), random);
        var feeds = new ArrayList<Feed>();
        for (var source : layout.sources()) {
            feeds.add(feed(prefixes, groups, source, 2, 6, true, random.split()));
        }
        return new Tables(prefixes, feeds, policy);
    }

    /** The first of two sources has the best path to everything. */
    static Tables bestAndBackup(PrefixSet prefixes, Layout layout, UserPolicy policy, SplittableRandom random) {
        var groups = Groups.random(prefixes.size(), random);
        var best = layout.sources().get(0);
        var backup = layout.sources().get(1);
        var feeds = List.of(
                feed(prefixes, groups, best, 2, 3, false, random.split()),
                feed(prefixes, groups, backup, 4, 6, false, random.split()));
        return new Tables(prefixes, feeds, policy);
    }

    /** Each source plays what a peer of the file announced, with its own AS in front. */
    static Tables replay(MrtTable file, Layout layout, UserPolicy policy, SplittableRandom random) {
        var feeds = new ArrayList<Feed>();
        for (int i = 0; i < layout.sources().size(); i++) {
            feeds.add(file.feed(i, layout.sources().get(i), random.split()));
        }
        return new Tables(file.prefixes(), feeds, policy);
    }

    private static Feed feed(
            PrefixSet prefixes,
            Groups groups,
            Layout.Neighbor source,
            int shortest,
            int longest,
            boolean marked,
            SplittableRandom random) {
        var paths = new TestPath[groups.count()];
        for (int group = 0; group < paths.length; group++) {
            paths[group] = TestPath.random(source.asn(), shortest, longest, marked, random);
        }
        return new Feed(prefixes, groups, paths, source, random);
    }

    /** Has the sink expect the best paths of the sources from {@code first} on; returns to how many prefixes it has one. */
    int expect(Sink sink, int first) {
        int told = 0;
        for (int prefix = 0; prefix < prefixes.size(); prefix++) {
            int fingerprint = right(prefix, first);
            sink.expect(prefixes.keys()[prefix], fingerprint);
            told += fingerprint == 0 ? 0 : 1;
        }
        return told;
    }

    /** What the sink is to see of the path when it is the only one: 0 when nothing. */
    int right(int prefix, TestPath only) {
        return rank(prefix, only, 0) == REFUSED || !policy.isTold(only) ? 0 : only.fingerprint();
    }

    private int right(int prefix, int first) {
        TestPath best = null;
        long rank = REFUSED;
        for (int source = first; source < feeds.size(); source++) {
            var path = feeds.get(source).path(prefix);
            if (path != null && rank(prefix, path, source) < rank) {
                best = path;
                rank = rank(prefix, path, source);
            }
        }
        return best == null || !policy.isTold(best) ? 0 : best.fingerprint();
    }

    /** Smaller wins: local preference, path length, origin, then the source, in the order of their BGP Identifiers. */
    private long rank(int prefix, TestPath path, int source) {
        int preference = policy.preference(prefixes.isV6(), prefixes.keys()[prefix], path);
        if (preference == UserPolicy.REFUSED) {
            return REFUSED;
        }
        return ((long) (0xFFFF - preference) << 32) | (path.asns().length << 16) | (path.origin() << 8) | source;
    }
}
