package ecmplab.bgp.rib;

import org.jspecify.annotations.Nullable;

/**
 * Paths of one peer and family, at most one a prefix: an attribute id for each prefix id, before import and after it. A peer has one
 * column, or with ADD-PATH (RFC 7911) as many as it has announced paths to a prefix.
 */
final class PathColumn {
    final AdjRibIn in;
    /** Dense in the table, used again once the column is gone; with ADD-PATH out, the path id less one. */
    final int index;

    final IntColumn received = new IntColumn();
    /**
     * What import made of it: an attribute id, or below zero the {@link Reason#code} of a path that was not let in. The same column as
     * {@code received} as long as every path passes as it is; otherwise it holds references of its own.
     */
    IntColumn accepted = received;

    /** Path ids; null without ADD-PATH. */
    final @Nullable IntColumn pathIds;

    /** Prefixes whose path was not announced again since the peer restarted, or began a refresh; null when that is not so. */
    @Nullable
    IdSet stale;

    PathColumn(AdjRibIn in, int index, boolean hasPathIds) {
        this.in = in;
        this.index = index;
        pathIds = hasPathIds ? new IntColumn() : null;
    }

    /** Attribute id of the path that competes, or {@link AttributeTable#NONE}. */
    int usable(int prefix) {
        return Math.max(AttributeTable.NONE, accepted.get(prefix));
    }

    /** 0 without ADD-PATH. */
    int pathId(int prefix) {
        return pathIds == null ? 0 : pathIds.get(prefix);
    }

    boolean isStale(int prefix) {
        return stale != null && stale.contains(prefix);
    }

    boolean isSplit() {
        return accepted != received;
    }

    /** From now on {@code accepted} stands for itself. */
    void split(AttributeTable attributes) {
        accepted = new IntColumn();
        for (int p = next(0); p >= 0; p = next(p + 1)) {
            attributes.retain(received.get(p));
            accepted.set(p, received.get(p));
        }
    }

    /** The lowest prefix id from {@code from} on with a path, or -1. */
    int next(int from) {
        for (int p = received.skipUnwritten(from); p < received.limit(); p = received.skipUnwritten(p + 1)) {
            if (received.get(p) != AttributeTable.NONE) {
                return p;
            }
        }
        return -1;
    }
}
