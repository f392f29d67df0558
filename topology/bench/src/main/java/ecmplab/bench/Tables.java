package ecmplab.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A table as k sources play it, and what is right then. */
final class Tables {
    private final PrefixSet prefixes;
    private final int[] groupStarts;
    private final List<Feed> feeds;

    private Tables(PrefixSet prefixes, int[] groupStarts, List<Feed> feeds) {
        this.prefixes = prefixes;
        this.groupStarts = groupStarts;
        this.feeds = List.copyOf(feeds);
    }

    PrefixSet prefixes() {
        return prefixes;
    }

    List<Feed> feeds() {
        return feeds;
    }

    /** Every source has a path of its own to every prefix; which is best is by chance. */
    static Tables of(PrefixSet prefixes, Layout layout, SplittableRandom random) {
        var groups = Feed.groups(prefixes.size(), random);
        var feeds = new ArrayList<Feed>();
        for (var source : layout.sources()) {
            feeds.add(new Feed(prefixes, groups, source.asn(), source.address(), 2, 6, random.split()));
        }
        return new Tables(prefixes, groups, feeds);
    }

    /** The first of two sources has the best path to everything. */
    static Tables bestAndBackup(PrefixSet prefixes, Layout layout, SplittableRandom random) {
        var groups = Feed.groups(prefixes.size(), random);
        var best = layout.sources().get(0);
        var backup = layout.sources().get(1);
        return new Tables(
                prefixes,
                groups,
                List.of(
                        new Feed(prefixes, groups, best.asn(), best.address(), 2, 3, random.split()),
                        new Feed(prefixes, groups, backup.asn(), backup.address(), 4, 6, random.split())));
    }

    /** Has the sink expect the best paths of the sources from {@code first} on. */
    void expect(Sink sink, int first) {
        for (int group = 0; group + 1 < groupStarts.length; group++) {
            int best = first;
            for (int i = first + 1; i < feeds.size(); i++) {
                if (feeds.get(i).preference(group, i) < feeds.get(best).preference(group, best)) {
                    best = i;
                }
            }
            int fingerprint = feeds.get(best).fingerprint(group);
            for (int i = groupStarts[group]; i < groupStarts[group + 1]; i++) {
                sink.expect(prefixes.keys()[i], fingerprint);
            }
        }
    }
}
