package ecmplab.mux.forward;

import ecmplab.mux.flow.FlowTable;
import ecmplab.mux.forward.Tally.Total;
import ecmplab.port.Burst;
import ecmplab.port.Port;
import ecmplab.port.neighbor.NeighborCache;

/**
 * The forwarding thread's part of a MUX. A burst is processed in two stages: the {@link Classifier} judges each packet, then each that is
 * left gets its member in {@link Steering} of its family and goes to the member's host in VXLAN. Between them the flow table's memory is
 * fetched for all packets at once.
 *
 * <p>A MUX is a hop like any router: it decrements the inner TTL (RFC 2003 section 3.1) and reports packets whose TTL ends here or
 * that do not fit the underlay. It never fragments.
 */
final class VipForwarder {
    private static final int BURST = 64;

    private final NeighborCache neighbors;
    private final Notices notices;
    private final MuxCounts counts;
    private final Steering ipv4;
    private final Steering ipv6;
    private final OrdinaryIpv4 ordinary;
    private final Classifier classifier;
    private final Overload overload;

    private Plan plan = Plan.EMPTY;
    private long purgedSerial;

    VipForwarder(
            MuxSettings settings,
            Port port,
            NeighborCache neighbors,
            FlowTable flows,
            FlowTable ipv6Flows,
            MuxCounts counts,
            Notices notices,
            int nowMillis) {
        this.neighbors = neighbors;
        this.counts = counts;
        this.notices = notices;
        var encapsulator = new Encapsulator(settings, port, neighbors, counts.totals());
        var outcomes = new Outcomes(counts, port.pool());
        int number = settings.number();
        ipv4 = new Steering(number, new Pending(BURST, false), flows, encapsulator, notices, outcomes, nowMillis);
        ipv6 = new Steering(number, new Pending(BURST, true), ipv6Flows, encapsulator, notices, outcomes, nowMillis);
        overload = new Overload(port, notices, settings.flowSeed());
        classifier = new Classifier(settings, port, neighbors, ipv4, ipv6, counts, overload);
        ordinary = new OrdinaryIpv4(port, flows, ipv4.pending(), overload, outcomes);
    }

    /** Follows a plan from the next packet on. */
    void adopt(Plan newPlan) {
        plan = newPlan;
        classifier.adopt(newPlan);
        ipv4.adopt(newPlan);
        ipv6.adopt(newPlan);
        ordinary.adopt(newPlan);
        overload.adopt(newPlan.loads);
        notices.adopted(newPlan);
    }

    /** Serial of the last plan by which the flow tables have been purged of members that left. */
    long purgedSerial() {
        return purgedSerial;
    }

    void process(Burst burst, long nowNanos) {
        counts.totals().add(Total.RECEIVED, burst.count());
        overload.received(burst.isFull(), nowNanos);
        int nowMillis = (int) (nowNanos / 1_000_000);
        for (int from = 0; from < burst.count(); from += BURST) {
            int to = Math.min(burst.count(), from + BURST);
            ipv4.pending().count = 0;
            ipv6.pending().count = 0;
            for (int i = from; i < to; i++) {
                if (!ordinary.takes(burst.address(i), burst.length(i))) {
                    classifier.classify(burst.address(i), burst.length(i), nowNanos);
                }
            }
            ipv4.forward(nowMillis, nowNanos);
            ipv6.forward(nowMillis, nowNanos);
        }
    }

    void tick(long nowNanos) {
        neighbors.tick(nowNanos);
        overload.look(nowNanos);
        int nowMillis = (int) (nowNanos / 1_000_000);
        ipv4.tick(nowMillis);
        ipv6.tick(nowMillis);
        if (purgedSerial != plan.serial && ipv4.isPurged() && ipv6.isPurged()) {
            purgedSerial = plan.serial;
        }
    }
}
