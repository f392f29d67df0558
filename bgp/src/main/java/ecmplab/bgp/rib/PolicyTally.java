package ecmplab.bgp.rib;

import ecmplab.bgp.policy.BlockView;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PolicyContext;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;

/**
 * Counts, when it is asked, what a neighbour's policy makes of the routes that are there, so that judging routes costs no counter. It
 * goes through a table piece by piece on the RIB's thread; between pieces sessions go on.
 */
public final class PolicyTally {
    /** Prefix ids looked at in a piece. */
    private static final int LOOKED_AT = 1 << 13;

    private final Policy policy;
    private final Asn localAs;
    private final long[] matched;
    private final long[] decided;
    private final Map<AddressFamily, Integer> from = new EnumMap<>(AddressFamily.class);
    private long judged;
    private long accepted;
    private long byDefault;
    private long notAsked;

    /** The attributes asked about last in this piece: neighbouring routes mostly share them. */
    private int lastAttribute;

    private long candidates;
    private final BlockView view = new BlockView();

    public PolicyTally(Policy policy, Asn localAs) {
        this.policy = policy;
        this.localAs = localAs;
        matched = new long[policy.terms().size()];
        decided = new long[policy.terms().size()];
    }

    /** Looks at a piece of what the peer announced. @return whether that was the last */
    public boolean imported(Rib rib, Peer peer, AddressFamily family) {
        var in = peer.in(family);
        if (in == null || in.rule == null) {
            return true;
        }
        var context = new PolicyContext(localAs, peer.identity.address(), peer.identity.asn());
        return piece(rib, family, (table, id) -> {
            for (var column : in.columns) {
                int attribute = column.received.get(id);
                int judgement = column.accepted.get(id);
                boolean keptAway = judgement < 0 && Reason.ofCode(judgement) != Reason.REJECTED_BY_POLICY;
                if (attribute != AttributeTable.NONE && keptAway) {
                    notAsked++;
                } else if (attribute != AttributeTable.NONE) {
                    judge(rib.attributes(), attribute, table.prefixes, id, context);
                }
            }
        });
    }

    /** Looks at a piece of what the peer might be told. @return whether that was the last */
    public boolean exported(Rib rib, Peer peer, AddressFamily family) {
        var member = peer.out.get(family);
        if (member == null || !peer.isUp) {
            return true;
        }
        var context = new PolicyContext(localAs, peer.identity.address(), peer.identity.asn());
        var group = member.group;
        int most = group.key.addPath();
        return piece(rib, family, (table, id) -> {
            int best = table.best(id);
            int count = best == LocRib.NO_BEST ? 0 : most > 0 ? table.rank(id, most) : 1;
            for (int i = 0; i < count; i++) {
                var column = table.column(most > 0 ? table.ranked(i) : best);
                int attribute = column.usable(id);
                if (column.in.peer.equals(peer)) {
                    continue; // nobody is told its own routes
                }
                if (group.rule.isForbidden(attribute, column.in.peer)) {
                    notAsked++;
                } else {
                    judge(rib.attributes(), attribute, table.prefixes, id, context);
                }
            }
        });
    }

    private interface Visit {
        void at(LocRib table, int id);
    }

    private boolean piece(Rib rib, AddressFamily family, Visit visit) {
        var table = rib.table(family);
        int begin = from.getOrDefault(family, 0);
        int limit = table.prefixes.limit();
        int end = Math.min(limit, begin + LOOKED_AT);
        lastAttribute = AttributeTable.NONE;
        for (int id = begin; id < end; id++) {
            visit.at(table, id);
        }
        from.put(family, end);
        return end == limit;
    }

    private void judge(AttributeTable attributes, int attribute, PrefixTable prefixes, int id, PolicyContext context) {
        if (attribute != lastAttribute) {
            lastAttribute = attribute;
            candidates = policy.attributeMatches(
                    view,
                    attributes.octets(attribute),
                    attributes.offset(attribute),
                    attributes.length(attribute),
                    context);
        }
        long terms =
                policy.decide(candidates, prefixes.family(), prefixes.high(id), prefixes.low(id), prefixes.length(id));
        for (long left = terms; left != 0; left &= left - 1) {
            matched[Long.numberOfTrailingZeros(left)]++;
        }
        int deciding = policy.deciding(terms);
        if (deciding == Policy.OTHERWISE) {
            byDefault++;
        } else {
            decided[deciding]++;
        }
        judged++;
        accepted += policy.accepts(terms) ? 1 : 0;
    }

    /** What was counted. */
    public PolicyHits hits() {
        var terms = new ArrayList<PolicyHits.TermHits>();
        for (int i = 0; i < matched.length; i++) {
            terms.add(new PolicyHits.TermHits(policy.terms().get(i).name(), matched[i], decided[i]));
        }
        return new PolicyHits(policy, terms, judged, accepted, byDefault, notAsked);
    }
}
