package ecmplab.bgp.policy;

import ecmplab.bgp.policy.MatchEvaluation.AttributeTest;
import ecmplab.bgp.policy.MatchEvaluation.PrefixTest;
import ecmplab.bgp.wire.AddressFamily;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The matches of a policy's terms made ready to be asked about many routes. Matches that only want a certain community, or a certain AS
 * in the path, are answered for all terms at once by one walk over the route's communities or path. Terms are bits: bit i stands for term
 * i. Immutable.
 */
final class TermMatches {
    private static final AttributeTest[] NO_TESTS = {};

    /** All terms. */
    final long all;
    /** Terms with matches that depend on the prefix. */
    final long ofPrefix;
    /** Terms with other matches. */
    final long ofAttributes;

    private final NumberSearch communities = new NumberSearch();
    private final NumberSearch path = new NumberSearch();
    /** By term: the conditions that are to hold of those that the searches look for. */
    private final long[] wanted;
    /** By term: those that are not to hold. */
    private final long[] unwanted;
    /** By term: what is asked besides. */
    private final AttributeTest[][] tests;
    /** Conditions that the searches look for. */
    private int conditions;

    /** Indexes of the terms of {@link #ofPrefix}, ascending, and their tests. */
    private final int[] prefixTerms;

    private final PrefixTest[][] prefixTests;
    /** Of those terms, the list when being on one is all that they ask about the prefix, as is usual. */
    private final @Nullable PrefixList[] lists;

    TermMatches(List<Policy.Term> terms) {
        int count = terms.size();
        all = count == Policy.MOST_TERMS ? -1L : (1L << count) - 1;
        wanted = new long[count];
        unwanted = new long[count];
        tests = new AttributeTest[count][];
        long prefix = 0;
        long attributes = 0;
        var prefixTestLists = new ArrayList<PrefixTest[]>();
        for (int i = 0; i < count; i++) {
            var others = new ArrayList<AttributeTest>();
            var onPrefix = new ArrayList<PrefixTest>();
            for (var match : terms.get(i).matches()) {
                if (match.dependsOnPrefix()) {
                    onPrefix.add(PrefixTest.of(match));
                    prefix |= 1L << i;
                } else {
                    attributes |= 1L << i;
                    if (!search(i, match)) {
                        others.add(AttributeTest.of(match));
                    }
                }
            }
            tests[i] = others.isEmpty() ? NO_TESTS : others.toArray(AttributeTest[]::new);
            if (!onPrefix.isEmpty()) {
                prefixTestLists.add(onPrefix.toArray(PrefixTest[]::new));
            }
        }
        ofPrefix = prefix;
        ofAttributes = attributes;
        prefixTests = prefixTestLists.toArray(PrefixTest[][]::new);
        prefixTerms = new int[prefixTests.length];
        lists = new PrefixList[prefixTests.length];
        long left = prefix;
        for (int i = 0; i < prefixTerms.length; i++, left &= left - 1) {
            prefixTerms[i] = Long.numberOfTrailingZeros(left);
            lists[i] = onlyList(terms.get(prefixTerms[i]));
        }
    }

    private static @Nullable PrefixList onlyList(Policy.Term term) {
        var onPrefix = term.matches().stream().filter(Match::dependsOnPrefix).toList();
        return onPrefix.size() == 1 && onPrefix.getFirst() instanceof Match.InPrefixList(var list) ? list : null;
    }

    /** Has the match of the term answered by a search, if that can be. */
    private boolean search(int term, Match match) {
        boolean isNegated = match instanceof Match.Not;
        var inner = match instanceof Match.Not(var denied) ? denied : match;
        if (conditions == Long.SIZE) {
            return false;
        }
        long condition = 1L << conditions;
        switch (inner) {
            case Match.HasCommunity(var anyOf) -> {
                for (var pattern : anyOf) {
                    if (!pattern.isExact()) {
                        return false;
                    }
                }
                anyOf.forEach(pattern -> communities.add(pattern.exact(), condition));
            }
            case Match.PathContains(var asn) -> path.add(asn.bits(), condition);
            default -> {
                return false;
            }
        }
        conditions++;
        wanted[term] |= isNegated ? 0 : condition;
        unwanted[term] |= isNegated ? condition : 0;
        return true;
    }

    /** The terms whose matches hold as far as they do not depend on the prefix. */
    long holding(BlockView view, byte[] octets, int from, int length, PolicyContext context) {
        if (ofAttributes == 0) {
            return all;
        }
        var block = view.read(octets, from, length);
        long found = (communities.isEmpty() ? 0 : block.searchCommunities(communities))
                | (path.isEmpty() ? 0 : block.searchPath(path));
        long holding = all;
        int term = 0;
        for (long left = ofAttributes; left != 0; left >>>= 1, term++) {
            if ((left & 1) != 0
                    && ((wanted[term] & ~found) != 0
                            || (unwanted[term] & found) != 0
                            || !all(tests[term], block, context))) {
                holding &= ~(1L << term);
            }
        }
        return holding;
    }

    private static boolean all(AttributeTest[] tests, BlockView block, PolicyContext context) {
        for (var test : tests) {
            if (!test.holds(block, context)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Of the candidates, those that match, up to and including the first one that is in {@code deciding}. Only terms that may come before
     * the first that decides whatever the prefix are asked about it.
     */
    long decide(long candidates, long deciding, AddressFamily family, long high, long low, int length) {
        long whatever = candidates & ~ofPrefix;
        long upTo = upTo(whatever & deciding);
        long matched = whatever & upTo;
        long open = candidates & ofPrefix & upTo;
        for (int i = 0; open != 0; i++) {
            long term = 1L << prefixTerms[i];
            if ((open & term) != 0) {
                open ^= term;
                var list = lists[i];
                boolean holds = list == null
                        ? all(prefixTests[i], family, high, low, length)
                        : list.permits(family, high, low, length);
                if (holds) {
                    matched |= term;
                    if ((term & deciding) != 0) {
                        return matched & upTo(term);
                    }
                }
            }
        }
        return matched;
    }

    /** The bits up to and including the lowest of these; all when there is none. */
    private static long upTo(long bits) {
        return bits == 0 ? -1L : bits ^ (bits - 1);
    }

    private static boolean all(PrefixTest[] tests, AddressFamily family, long high, long low, int length) {
        for (var test : tests) {
            if (!test.holds(family, high, low, length)) {
                return false;
            }
        }
        return true;
    }
}
