package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.policy.BlockEditor;
import ecmplab.bgp.policy.BlockView;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PolicyContext;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a peer's routes on their way from the Adj-RIB-In to the decision process: loop checks (RFC 4271 section 9, RFC 4456
 * section 8), first AS, route leaks (RFC 9234 section 5), then the import policy. What depends on attributes alone is found once for
 * successive routes that share them.
 */
final class ImportRule {
    private static final int OPTIONAL_TRANSITIVE = 0xC0;
    /** Octets of attributes that any message can carry, with room for what import and export add. */
    static final int LONGEST = 65_500;

    private static final int EDIT_SHIFT = Long.SIZE - 4;

    private final Policy policy;
    private final boolean isTransparent;
    private final PeerChecks checks;
    private final boolean isEbgp;
    private final int peerAs;
    private final boolean honourGracefulShutdown;
    private final PolicyContext context;
    private final BlockView view = new BlockView();
    private final AttributeTable attributes;
    /** Null until the policy changes a route. */
    private @Nullable BlockEditor editor;

    /** Numbers of edits for some matched terms; another's takes its place. */
    private final int[] edits = new int[1 << (Long.SIZE - EDIT_SHIFT)];

    private final long[] editedBy = new long[edits.length];
    /** What was made of attributes last, which we hold a reference to. */
    private int made = AttributeTable.NONE;

    /** The attributes judged last, which we hold a reference to, and what was found of them. */
    private int last = AttributeTable.NONE;

    private int checked;
    private long candidates;
    private long lastMatched;
    private int lastResult;

    ImportRule(PeerIdentity identity, PeerTerms terms, RibConfig config, AttributeTable attributes) {
        policy = terms.importPolicy();
        isTransparent = policy.isTransparent();
        checks = terms.checks();
        isEbgp = identity.kind() == PeerKind.EBGP;
        peerAs = identity.asn().bits();
        honourGracefulShutdown = config.honourGracefulShutdown();
        context = new PolicyContext(config.localAs(), identity.address(), identity.asn());
        this.attributes = attributes;
    }

    /** Whether routes would be judged as by the other, so that none need be judged again. */
    boolean isAs(PeerTerms terms) {
        return policy.equals(terms.importPolicy()) && checks.equals(terms.checks());
    }

    /**
     * An attribute id, the one given when the route passes as it is; or below zero the {@link Reason#code} of why it does not. The caller
     * holds no reference to the result.
     */
    int judge(int attribute, PrefixTable prefixes, int prefix) {
        if (attribute != last) {
            load(attribute);
        }
        if (isTransparent || checked < 0) {
            return checked;
        }
        long matched = policy.decide(
                candidates, prefixes.family(), prefixes.high(prefix), prefixes.low(prefix), prefixes.length(prefix));
        if (matched != lastMatched || lastResult == AttributeTable.NONE) {
            lastMatched = matched;
            lastResult = policy.accepts(matched)
                    ? rewritten(attribute, matched)
                    : Reason.REJECTED_BY_POLICY.code(policy.deciding(matched));
        }
        return lastResult;
    }

    /** The name of the term that a code of {@link #judge} names, with that of the policy; null when no policy rejected the route. */
    @Nullable
    String term(int code) {
        if (Reason.ofCode(code) != Reason.REJECTED_BY_POLICY) {
            return null;
        }
        int term = Reason.termOfCode(code);
        return term < 0
                ? policy.name()
                : policy.name() + "/" + policy.terms().get(term).name();
    }

    /** Lets go of what was remembered of the last attributes. */
    void forget() {
        attributes.release(last);
        attributes.release(made);
        last = AttributeTable.NONE;
        made = AttributeTable.NONE;
    }

    /** Whether the verdict depends on the prefix. */
    boolean dependsOnPrefix() {
        return policy.dependsOnPrefix();
    }

    private void load(int attribute) {
        attributes.retain(attribute);
        attributes.release(last);
        last = attribute;
        lastResult = AttributeTable.NONE;
        checked = check(attribute);
        if (checked == attribute && isTransparent) {
            checked = rewritten(attribute, 0);
        } else if (checked == attribute) {
            candidates = policy.attributeMatches(
                    view,
                    attributes.octets(attribute),
                    attributes.offset(attribute),
                    attributes.length(attribute),
                    context);
        }
    }

    private int check(int attribute) {
        if (attributes.ownAs(attribute) > checks.allowOwnAs()) {
            return Reason.AS_LOOP.code(-1);
        }
        if (isEbgp) {
            if (checks.enforceFirstAs() && attributes.firstAs(attribute) != peerAs) {
                return Reason.FIRST_AS.code(-1);
            }
            return isLeak(attribute) ? Reason.ROUTE_LEAK.code(-1) : attribute;
        }
        if (attributes.any(attribute, BlockFacts.OWN_ORIGINATOR)) {
            return Reason.ORIGINATOR_LOOP.code(-1);
        }
        return attributes.any(attribute, BlockFacts.OWN_CLUSTER) ? Reason.CLUSTER_LOOP.code(-1) : attribute;
    }

    /** RFC 9234 section 5, ingress 1 and 2. */
    private boolean isLeak(int attribute) {
        var role = checks.role();
        if (role == null || !attributes.any(attribute, BlockFacts.OTC)) {
            return false;
        }
        return switch (role) {
            case PROVIDER, ROUTE_SERVER -> true;
            case PEER -> attributes.onlyToCustomer(attribute) != peerAs;
            case CUSTOMER, ROUTE_SERVER_CLIENT -> false;
        };
    }

    /** RFC 9234 section 5, ingress 3. */
    private boolean otcDue(int attribute) {
        var role = checks.role();
        return isEbgp
                && (role == Role.CUSTOMER || role == Role.PEER || role == Role.ROUTE_SERVER_CLIENT)
                && !attributes.any(attribute, BlockFacts.OTC);
    }

    private int rewritten(int attribute, long matched) {
        boolean changes = !isTransparent && policy.changes(matched);
        boolean otcDue = otcDue(attribute);
        if (!changes && !otcDue) {
            return attribute;
        }
        int edit = edit(matched);
        int result = attributes.derived(attribute, edit);
        if (result == AttributeTable.NONE) {
            result = rewrite(attribute, matched, edit, changes, otcDue);
        } else {
            attributes.retain(result);
        }
        attributes.release(made);
        made = Math.max(AttributeTable.NONE, result);
        return result;
    }

    /** The number of what those terms set, with what is added to it here. */
    private int edit(long matched) {
        int slot = (int) ((matched * 0x9E37_79B9_7F4A_7C15L) >>> EDIT_SHIFT);
        if (edits[slot] == 0 || editedBy[slot] != matched) {
            // Another number for what had one before only makes it be found by its octets.
            edits[slot] = attributes.newEdit();
            editedBy[slot] = matched;
        }
        return edits[slot];
    }

    /** With a reference for the caller, or below zero why there is nothing. */
    private int rewrite(int attribute, long matched, int edit, boolean changes, boolean otcDue) {
        byte[] block = attributes.octets(attribute);
        int from = attributes.offset(attribute);
        int length = attributes.length(attribute);
        if (changes) {
            var rewriting = editor();
            if (!rewriting.edit(matched, block, from, length) || rewriting.length() > LONGEST) {
                return Reason.REJECTED_BY_POLICY.code(policy.deciding(matched));
            }
            block = rewriting.octets();
            from = 0;
            length = rewriting.length();
        }
        // A route about to go away is the last choice whatever the policy prefers (RFC 8326 section 4.2).
        boolean leaving = isEbgp && honourGracefulShutdown && BlockFacts.isLeaving(block, from, length);
        if (otcDue || leaving) {
            block = amended(Arrays.copyOfRange(block, from, from + length), otcDue, leaving);
            from = 0;
            length = block.length;
        }
        return attributes.derive(attribute, edit, block, from, length);
    }

    private BlockEditor editor() {
        var rewriting = editor;
        if (rewriting == null) {
            rewriting = new BlockEditor(policy, context);
            editor = rewriting;
        }
        return rewriting;
    }

    private byte[] amended(byte[] block, boolean otcDue, boolean leaving) {
        boolean adds = otcDue && BlockFacts.find(block, 0, block.length, BlockFacts.OTC_TYPE) < 0;
        var marked = adds ? BlockEdit.with(block, OPTIONAL_TRANSITIVE, BlockFacts.OTC_TYPE, peerAs) : block;
        return leaving ? BlockEdit.without(marked, AttributeType.LOCAL_PREF) : marked;
    }
}
