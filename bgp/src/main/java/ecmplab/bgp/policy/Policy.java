package ecmplab.bgp.policy;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.List;

/**
 * Which routes pass: the first term that matches and gives a verdict decides, otherwise {@code otherwise}. Immutable; peers with
 * equal export policies share an update group.
 */
public record Policy(String name, List<Term> terms, Action otherwise) {
    public static final Policy ACCEPT_ALL = new Policy("accept-all", List.of(), new Action.Accept());
    public static final Policy DENY_ALL = new Policy("deny-all", List.of(), new Action.Reject());

    /** What {@link #deciding} answers when no term decided. */
    public static final int OTHERWISE = -1;

    public Policy {
        terms = List.copyOf(terms);
    }

    /** Accepts what is on the list, rejects the rest. */
    public static Policy only(PrefixList list) {
        var term = new Term(list.name(), List.of(new Match.InPrefixList(list)), List.of(new Action.Accept()));
        return new Policy(list.name(), List.of(term), new Action.Reject());
    }

    /** Whether every route passes as it is, so that nobody need ask. */
    public boolean isTransparent() {
        return terms.isEmpty() && otherwise instanceof Action.Accept;
    }

    /** Bits of the prefix as in {@link Prefix}. Allocates nothing. */
    public boolean accepts(AddressFamily family, long high, long low, int length) {
        for (int i = 0; i < terms.size(); i++) {
            var verdict = terms.get(i).verdict(family, high, low, length);
            if (verdict != Verdict.NONE) {
                return verdict == Verdict.ACCEPT;
            }
        }
        return otherwise instanceof Action.Accept;
    }

    public boolean accepts(Prefix prefix) {
        return accepts(prefix.family(), prefix.high(), prefix.low(), prefix.length());
    }

    /** Index of the term that decides about the prefix, or {@link #OTHERWISE}. */
    public int deciding(Prefix prefix) {
        for (int i = 0; i < terms.size(); i++) {
            if (terms.get(i).verdict(prefix.family(), prefix.high(), prefix.low(), prefix.length()) != Verdict.NONE) {
                return i;
            }
        }
        return OTHERWISE;
    }

    /** Acts on routes that all {@code matches} hold for; without matches, on all. What follows a verdict does nothing. */
    public record Term(String name, List<Match> matches, List<Action> actions) {
        public Term {
            matches = List.copyOf(matches);
            actions = List.copyOf(actions);
        }

        private Verdict verdict(AddressFamily family, long high, long low, int length) {
            for (int i = 0; i < matches.size(); i++) {
                if (!matches.get(i).matches(family, high, low, length)) {
                    return Verdict.NONE;
                }
            }
            return actions.isEmpty()
                    ? Verdict.NONE
                    : switch (actions.getFirst()) {
                        case Action.Accept() -> Verdict.ACCEPT;
                        case Action.Reject() -> Verdict.REJECT;
                    };
        }
    }

    private enum Verdict {
        NONE,
        ACCEPT,
        REJECT
    }
}
