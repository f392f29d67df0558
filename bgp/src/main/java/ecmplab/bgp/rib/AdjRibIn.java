package ecmplab.bgp.rib;

import ecmplab.bgp.wire.AddressFamily;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one peer announced in one family. */
final class AdjRibIn {
    final Peer peer;
    final AddressFamily family;
    /** Whether paths have ids (ADD-PATH, RFC 7911). */
    final boolean hasPathIds;
    /** One, or with path ids as many as the peer has announced paths to a prefix. */
    final List<PathColumn> columns = new ArrayList<>(1);
    /** Null for our own routes, which nobody judges. */
    @Nullable
    ImportRule rule;
    /** Null when there is none. */
    @Nullable
    PrefixLimit limit;

    int receivedCount;
    int acceptedCount;
    int rejectedByPolicy;
    /** Paths that are stale: see {@link PathColumn#stale}. */
    int staleCount;

    boolean endOfRib;
    /** Whether the listener was told that the limit was reached, or exceeded. */
    boolean warned;

    boolean exceeded;

    AdjRibIn(Peer peer, AddressFamily family, boolean hasPathIds) {
        this.peer = peer;
        this.family = family;
        this.hasPathIds = hasPathIds;
    }

    /** Whether a route is taken without looking at path ids and limits. */
    boolean isPlain() {
        return !hasPathIds && limit == null;
    }

    /** What import makes of the attributes for the prefix; see {@link PathColumn#accepted}. */
    int judge(int attribute, PrefixTable prefixes, int prefix) {
        return rule == null ? attribute : rule.judge(attribute, prefixes, prefix);
    }

    /** Lets go of what was remembered of the attributes judged last. */
    void forget() {
        if (rule != null) {
            rule.forget();
        }
    }

    /** Counts a path that import judged so, once more or once less. */
    void count(int judged, int times) {
        if (judged > 0) {
            acceptedCount += times;
        } else if (judged < 0 && Reason.ofCode(judged) == Reason.REJECTED_BY_POLICY) {
            rejectedByPolicy += times;
        }
    }
}
