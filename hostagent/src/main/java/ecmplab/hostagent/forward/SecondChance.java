package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.mux.table.FrameTag;
import org.jspecify.annotations.Nullable;

/**
 * Where a packet goes next whose flow is not on this host. The flow is with the owner of its slot in some generation that
 * the policy still keeps, and all hosts must ask the owners in one order without a note of who was asked: the order
 * follows from the frame, the place in it from who is holding the frame.
 *
 * <p><b>Order.</b> With <i>g</i> the frame's generation and <i>h(k)</i> the host of the flow's owner in generation <i>k</i>:
 * first <i>h(g), h(g-1), h(g-2), ...</i> (the older part), then <i>h(g+1), h(g+2), ...</i> (the newer part, for frames of a
 * MUX that lags behind), each host once in each part, <i>h(g)</i> never in the newer one. Hosts, not VMs: a host looks a flow up
 * for all of its VMs.
 *
 * <p><b>Place.</b> A frame that no host has passed on starts at the front. Otherwise the next is the one after this host in
 * the part that the frame's tag names; a host that is not in the older part begins the newer one.
 *
 * <p><b>Why it is the same everywhere.</b> A generation is used by a MUX only when every live host has acknowledged it, and is
 * forgotten only when no flow needs it; in between, hosts may differ at both ends: one knows a newer one that is only
 * prepared, another has not yet forgotten the oldest. Each part starts from <i>g</i>, which all know, and runs towards one
 * of these ends, so what hosts know differently is only how long its tail is: every host agrees on all owners that can hold
 * a flow, and on their places. The place grows with each hop within a part, and the parts come in order, so no host is
 * asked twice in a part; {@link #MAX_HOPS} bounds it in any case, whatever a tag claims.
 *
 * <p><b>The dead.</b> A host that the policy says is dead is left out: what lived there is gone, and whoever asked it would lose the
 * frame. No frame is ever in the hands of one, so the places of the others stay as they are, and hosts may learn of it at different times.
 *
 * <p><b>The moved.</b> A VM that has moved since leaves its flows' state behind: its old host is asked in its place, and knows where the VM is now; then
 * the host where it is now, which knows those that have been heard of there. Where nobody knows, {@link EndpointTable#moved} is left.
 *
 * <p>One per forwarding thread; allocates nothing.
 */
final class SecondChance {
    /** Times a frame is passed on at most. */
    static final int MAX_HOPS = 4;
    /** As {@link #MAX_HOPS}, the last ones from where a VM was to where it is now included. */
    static final int MAX_HOPS_TO_MOVED = MAX_HOPS + 2;

    private final HostAddresses own;
    private final @Nullable Backend[] owners = new Backend[2 * EndpointTable.MAX_GENERATIONS];
    private boolean newer;

    SecondChance(HostAddresses own) {
        this.own = own;
    }

    /** @return whom to ask next, at another host, or null when nobody is left */
    @Nullable
    Backend next(EndpointTable endpoint, FlowTuple flow, long tag) {
        for (int depth = 0; depth < endpoint.depth(); depth++) {
            owners[2 * depth] = endpoint.origin(depth, flow);
            var now = endpoint.owner(depth, flow);
            owners[2 * depth + 1] = now != null && now.moved() ? now : null;
        }
        int generation = FrameTag.generation(tag);
        int from = endpoint.from(generation);
        newer = (FrameTag.flags(tag) & FrameTag.NEWER_PART) != 0;
        if (!newer) {
            var older = search(2 * from, 2 * endpoint.depth(), 1, FrameTag.hop(tag) == 0, null);
            if (older != null) {
                return older;
            }
        }
        boolean kept = from < endpoint.depth() && endpoint.generation(from) == generation;
        var first = kept ? owners[2 * from] : null;
        boolean entering = !newer;
        newer = true;
        return search(2 * from - 1, -1, -1, entering, first);
    }

    /** Whether the owner that {@link #next} returned last is in the newer part. */
    boolean newer() {
        return newer;
    }

    /**
     * The first host of a part, this one left out, when {@code entering} it; else the one after this host, or null when this
     * host is not in it.
     *
     * @param excluded an owner whose host does not belong to the part, if there is one
     */
    private @Nullable Backend search(int start, int end, int step, boolean entering, @Nullable Backend excluded) {
        boolean passed = entering;
        for (int depth = start; depth != end; depth += step) {
            var owner = owners[depth];
            if (owner == null
                    || (excluded != null && owner.isOnHostOf(excluded))
                    || occursBefore(owner, start, depth, step)) {
                continue;
            }
            if (own.isOwn(owner.hostHigh(), owner.hostLow())) {
                passed = true;
            } else if (passed && !owner.dead()) {
                return owner;
            }
        }
        return null;
    }

    private boolean occursBefore(Backend owner, int start, int end, int step) {
        for (int depth = start; depth != end; depth += step) {
            var earlier = owners[depth];
            if (earlier != null && earlier.isOnHostOf(owner)) {
                return true;
            }
        }
        return false;
    }
}
