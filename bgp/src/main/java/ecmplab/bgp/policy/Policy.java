package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Which routes pass, and what they look like then: the first term that matches and accepts or rejects decides, otherwise {@code
 * otherwise}. What the matching terms set applies in order up to and including the one that decides; all look at the route as it came
 * in. Immutable; peers with equal export policies share an update group.
 *
 * <p>A route is judged in steps whose results can be kept: {@link #attributeMatches} once for a set of attributes, {@link #decide} for
 * each prefix, {@link #apply} once for a set of attributes and an answer of {@code decide}. Terms are bits: bit i stands for term i.
 */
public final class Policy {
    public static final int MOST_TERMS = 64;

    public static final Policy ACCEPT_ALL = new Policy("accept-all", List.of(), Verdict.ACCEPT);
    public static final Policy DENY_ALL = new Policy("deny-all", List.of(), Verdict.REJECT);
    /** What eBGP has in a direction for which nothing is configured (RFC 8212). */
    public static final Policy NONE = new Policy("none (RFC 8212)", List.of(), Verdict.REJECT);

    /** What {@link #deciding} answers when no term decided. */
    public static final int OTHERWISE = -1;

    private final String name;
    private final List<Term> terms;
    private final Verdict otherwise;

    private final TermMatches matches;
    private final long accepting;
    private final long rejecting;
    private final long changing;
    /** By term: a bit for each type of attribute that it changes; none is above 63. */
    private final long[] changedTypes;

    private final boolean dependsOnNeighbor;

    /**
     * @param otherwise for routes that no term decides about; {@link Verdict#NEXT} is rejection, except for a policy that
     *     {@link #chain} puts before another
     * @throws IllegalArgumentException when there are more than {@link #MOST_TERMS} terms
     */
    public Policy(String name, List<Term> terms, Verdict otherwise) {
        if (terms.size() > MOST_TERMS) {
            throw new IllegalArgumentException(
                    "policy " + name + " has " + terms.size() + " terms: must be at most " + MOST_TERMS);
        }
        this.name = name;
        this.terms = List.copyOf(terms);
        this.otherwise = otherwise;
        matches = new TermMatches(this.terms);
        changedTypes = new long[terms.size()];
        long accepts = 0;
        long rejects = 0;
        long changes = 0;
        boolean ofNeighbor = false;
        for (int i = 0; i < terms.size(); i++) {
            var term = terms.get(i);
            long bit = 1L << i;
            accepts |= term.verdict() == Verdict.ACCEPT ? bit : 0;
            rejects |= term.verdict() == Verdict.REJECT ? bit : 0;
            for (var action : term.actions()) {
                changes |= bit;
                changedTypes[i] |= 1L << action.attributeType();
            }
            ofNeighbor |= term.matches().stream().anyMatch(Match::dependsOnNeighbor)
                    || term.actions().contains(new Action.SetNextHopPeer());
        }
        accepting = accepts;
        rejecting = rejects;
        changing = changes;
        dependsOnNeighbor = ofNeighbor;
    }

    /** Accepts what is on the list, rejects the rest. */
    public static Policy only(PrefixList list) {
        return new Policy(list.name(), List.of(Term.accept(list.name(), new Match.InPrefixList(list))), Verdict.REJECT);
    }

    /**
     * The policies one after the other: the next one is asked when no term of one decides and its {@code otherwise} is
     * {@link Verdict#NEXT}. No policies at all are {@link #NONE}.
     *
     * @throws IllegalArgumentException when there are more than {@link #MOST_TERMS} terms altogether
     */
    public static Policy chain(List<Policy> policies) {
        if (policies.isEmpty()) {
            return NONE;
        }
        if (policies.size() == 1) {
            return policies.getFirst();
        }
        var terms = new ArrayList<Term>();
        for (var policy : policies) {
            policy.terms.forEach(term -> terms.add(term.named(policy.name + "/" + term.name())));
            if (policy.otherwise != Verdict.NEXT) {
                return new Policy(names(policies), terms, policy.otherwise);
            }
        }
        return new Policy(names(policies), terms, Verdict.NEXT);
    }

    private static String names(List<Policy> policies) {
        return String.join(", ", policies.stream().map(Policy::name).toList());
    }

    public String name() {
        return name;
    }

    public List<Term> terms() {
        return terms;
    }

    public Verdict otherwise() {
        return otherwise;
    }

    /** Whether every route passes as it is, so that nobody need ask. */
    public boolean isTransparent() {
        return terms.isEmpty() && otherwise == Verdict.ACCEPT;
    }

    /** Whether no route passes. */
    public boolean rejectsAll() {
        return accepting == 0 && otherwise != Verdict.ACCEPT;
    }

    /** Whether neighbours with this policy may get different answers, so that they cannot share them. */
    public boolean dependsOnNeighbor() {
        return dependsOnNeighbor;
    }

    /** Whether the answer may differ between prefixes with the same attributes. */
    public boolean dependsOnPrefix() {
        return matches.ofPrefix != 0;
    }

    /**
     * The terms whose matches hold as far as they do not depend on the prefix.
     *
     * @param view scratch memory
     * @param octets with an attribute block (see {@link PathAttributes#encode}) of {@code length} octets at {@code from}
     */
    public long attributeMatches(BlockView view, byte[] octets, int from, int length, PolicyContext context) {
        return matches.holding(view, octets, from, length, context);
    }

    public long attributeMatches(PathAttributes attributes, PolicyContext context) {
        var block = attributes.encode();
        return attributeMatches(new BlockView(), block, 0, block.length, context);
    }

    /**
     * The terms that match, up to and including the one that decides. Allocates nothing.
     *
     * @param candidates what {@link #attributeMatches} answered
     * @param high bits of the prefix as in {@link Prefix}
     */
    public long decide(long candidates, AddressFamily family, long high, long low, int length) {
        return matches.decide(candidates, accepting | rejecting, family, high, low, length);
    }

    /** Whether a route passes of which {@link #decide} answered {@code matched}. */
    public boolean accepts(long matched) {
        long last = Long.highestOneBit(matched);
        return (last & accepting) != 0 || ((last & rejecting) == 0 && otherwise == Verdict.ACCEPT);
    }

    /** Index of the term that decided when {@link #decide} answered {@code matched}, or {@link #OTHERWISE}. */
    public int deciding(long matched) {
        long last = Long.highestOneBit(matched) & (accepting | rejecting);
        return last == 0 ? OTHERWISE : Long.numberOfTrailingZeros(last);
    }

    /** Whether any of the matched terms changes the route, so that {@link #apply} need be asked. */
    public boolean changes(long matched) {
        return (matched & changing) != 0;
    }

    /**
     * Whether any of the matched terms changes the attribute of that type: an export then keeps what it would otherwise replace or remove
     * (MULTI_EXIT_DISC, NEXT_HOP).
     */
    public boolean changes(long matched, int attributeType) {
        return (changedTypes(matched) >>> attributeType & 1) != 0;
    }

    private long changedTypes(long matched) {
        long types = 0;
        int term = 0;
        for (long left = matched & changing; left != 0; left >>>= 1, term++) {
            types |= (left & 1) != 0 ? changedTypes[term] : 0;
        }
        return types;
    }

    /** The route's attributes after all that the matched terms set, in order. */
    public PathAttributes apply(long matched, PathAttributes attributes, PolicyContext context) {
        var changed = attributes;
        for (var action : actions(matched)) {
            changed = ActionEffect.apply(action, changed, context);
        }
        return changed;
    }

    /**
     * The attribute block after all that the matched terms set, in order.
     *
     * @throws IllegalArgumentException when an attribute would be longer than one can be
     */
    public byte[] apply(long matched, byte[] octets, int from, int length, PolicyContext context) {
        var editor = new BlockEditor(this, context);
        if (!editor.edit(matched, octets, from, length)) {
            throw new IllegalArgumentException("an attribute would be longer than one can be");
        }
        return Arrays.copyOf(editor.octets(), editor.length());
    }

    /** What the matched terms set, in order. */
    List<Action> actions(long matched) {
        var actions = new ArrayList<Action>();
        for (long left = matched & changing; left != 0; left &= left - 1) {
            actions.addAll(terms.get(Long.numberOfTrailingZeros(left)).actions());
        }
        return actions;
    }

    /** Whether a route without attributes passes. */
    public boolean accepts(Prefix prefix) {
        return accepts(prefix.family(), prefix.high(), prefix.low(), prefix.length());
    }

    /** Whether a route passes about which terms with matches on attributes say nothing. */
    public boolean accepts(AddressFamily family, long high, long low, int length) {
        return accepts(decide(matches.all & ~matches.ofAttributes, family, high, low, length));
    }

    /** Tells term by term what holds of the route, which term decides, and what the route looks like then. */
    public Explanation explain(Prefix prefix, PathAttributes attributes, PolicyContext context) {
        return Explanation.of(this, prefix, attributes, context);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Policy policy
                        && policy.name.equals(name)
                        && policy.otherwise == otherwise
                        && policy.terms.equals(terms));
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, terms.size(), otherwise);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Acts on routes that all {@code matches} hold for; without matches, on all. */
    public record Term(String name, List<Match> matches, List<Action> actions, Verdict verdict) {
        public Term {
            matches = List.copyOf(matches);
            actions = List.copyOf(actions);
        }

        public static Term accept(String name, Match... matches) {
            return new Term(name, List.of(matches), List.of(), Verdict.ACCEPT);
        }

        public static Term reject(String name, Match... matches) {
            return new Term(name, List.of(matches), List.of(), Verdict.REJECT);
        }

        Term named(String other) {
            return new Term(other, matches, actions, verdict);
        }
    }
}
