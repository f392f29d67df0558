package ecmplab.bgp.policy;

import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.policy.MatchEvaluation.AttributeTest;
import ecmplab.bgp.policy.MatchEvaluation.PrefixTest;
import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.List;

/**
 * Why a route passes a policy or does not.
 *
 * @param steps one for each term, in order, up to and including the one that decides
 * @param deciding name of the term that decides; "otherwise" when none does
 * @param after the attributes that the route passes with; those it came with when it is rejected
 */
public record Explanation(
        String policy,
        List<Step> steps,
        String deciding,
        boolean accepted,
        PathAttributes before,
        PathAttributes after) {
    public Explanation {
        steps = List.copyOf(steps);
    }

    /** A term, with what failed first when it does not match; {@code failed} is empty when it does. */
    public record Step(String term, boolean matched, String failed, List<Action> actions, Verdict verdict) {
        public Step {
            actions = List.copyOf(actions);
        }
    }

    static Explanation of(Policy policy, Prefix prefix, PathAttributes attributes, PolicyContext context) {
        long candidates = policy.attributeMatches(attributes, context);
        long matched = policy.decide(candidates, prefix.family(), prefix.high(), prefix.low(), prefix.length());
        int deciding = policy.deciding(matched);
        int last = deciding == Policy.OTHERWISE ? policy.terms().size() - 1 : deciding;
        var octets = attributes.encode();
        var block = new BlockView().read(octets, 0, octets.length);
        var steps = new ArrayList<Step>();
        for (int i = 0; i <= last; i++) {
            var term = policy.terms().get(i);
            boolean holds = (matched >>> i & 1) != 0;
            var failed = holds ? "" : firstFailing(term, prefix, block, context);
            steps.add(new Step(term.name(), holds, failed, holds ? term.actions() : List.of(), term.verdict()));
        }
        boolean accepted = policy.accepts(matched);
        return new Explanation(
                policy.name(),
                steps,
                deciding == Policy.OTHERWISE
                        ? "otherwise"
                        : policy.terms().get(deciding).name(),
                accepted,
                attributes,
                accepted ? policy.apply(matched, attributes, context) : attributes);
    }

    private static String firstFailing(Policy.Term term, Prefix prefix, BlockView block, PolicyContext context) {
        for (var match : term.matches()) {
            boolean holds = match.dependsOnPrefix()
                    ? PrefixTest.of(match).holds(prefix.family(), prefix.high(), prefix.low(), prefix.length())
                    : AttributeTest.of(match).holds(block, context);
            if (!holds) {
                return match.toString();
            }
        }
        throw new IllegalStateException("term " + term.name() + " matches after all");
    }
}
