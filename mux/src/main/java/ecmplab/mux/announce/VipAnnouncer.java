package ecmplab.mux.announce;

import ecmplab.bgp.speaker.RouteOrigin;
import ecmplab.bgp.wire.Prefix;
import ecmplab.mux.announce.VipChange.State;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Announces each VIP as a host route exactly while this MUX can serve it: it is ready (an endpoint of it has an active generation
 * with members in the forwarding path), nobody {@link #hold holds} it back, and the MUX is not leaving. Says nothing twice.
 *
 * <p>Any thread may call. What is told to the {@link RouteOrigin} and the listener is in the order of the calls; both are called under
 * a lock, so they must not block or call back.
 */
public final class VipAnnouncer {
    /** RFC 8326 section 5. */
    private static final int GRACEFUL_SHUTDOWN = 0xFFFF_0000;

    private enum Phase {
        SERVING,
        /** Announced as leaving. */
        LEAVING,
        /** Withdrawn; packets that still come are forwarded. */
        LEFT
    }

    private final RouteOrigin routes;
    private final Timer timer;
    private final Consumer<VipChange> listener;

    private final Set<InetAddress> ready = new HashSet<>();
    private final Set<InetAddress> held = new HashSet<>();
    /** What the peers were told, without the withdrawn; by prefix, so that announcements come in one order. */
    private final Map<InetAddress, State> told = new TreeMap<>(Comparator.comparing(Prefix::host));

    private Phase phase = Phase.SERVING;
    /** Counts drains and returns, so that the timers of an interrupted drain do nothing. */
    private int turn;

    public VipAnnouncer(RouteOrigin routes, Timer timer, Consumer<VipChange> listener) {
        this.routes = routes;
        this.timer = timer;
        this.listener = listener;
    }

    /** These VIPs, and no others, are in the forwarding path with members. */
    public synchronized void serve(Set<InetAddress> vips) {
        ready.clear();
        ready.addAll(vips);
        update();
    }

    /**
     * VIPs other than these are about to leave the forwarding path: withdraws them while it still serves them, and announces none.
     */
    public synchronized void retain(Set<InetAddress> vips) {
        ready.retainAll(vips);
        update();
    }

    /** Withdraws a VIP, or does not announce it when it becomes ready, until it is {@link #release released}. */
    public synchronized void hold(InetAddress vip) {
        held.add(vip);
        update();
    }

    public synchronized void release(InetAddress vip) {
        held.remove(vip);
        update();
    }

    /**
     * Leaves: announces all VIPs with GRACEFUL_SHUTDOWN, so that peers with other MUXes move flows away without a gap, withdraws
     * them after {@code shift}, and calls {@code done} when after {@code linger} more no packet is to be expected. The MUX
     * forwards all the while. Does nothing when it is already leaving: the first drain goes on.
     *
     * @param done called once, on the timer's thread; never when {@link #resume} comes before
     */
    public synchronized void drain(Duration shift, Duration linger, Runnable done) {
        if (phase != Phase.SERVING) {
            return;
        }
        phase = Phase.LEAVING;
        int mine = ++turn;
        update();
        timer.after(shift, () -> withdrawAll(mine, linger, done));
    }

    private synchronized void withdrawAll(int mine, Duration linger, Runnable done) {
        if (turn != mine) {
            return;
        }
        phase = Phase.LEFT;
        update();
        timer.after(linger, () -> finish(mine, done));
    }

    private void finish(int mine, Runnable done) {
        synchronized (this) {
            if (turn != mine) {
                return;
            }
        }
        done.run();
    }

    /** Ends a drain, finished or not: what is ready is announced again. */
    public synchronized void resume() {
        if (phase != Phase.SERVING) {
            phase = Phase.SERVING;
            turn++;
            update();
        }
    }

    public synchronized boolean isLeaving() {
        return phase != Phase.SERVING;
    }

    /** Whether peers have a route to the VIP by this MUX, as leaving or not. */
    public synchronized boolean isAnnounced(InetAddress vip) {
        return told.containsKey(vip);
    }

    /** Brings what the peers know to what should be: withdrawals first. */
    private void update() {
        var wanted = new TreeMap<InetAddress, State>(Comparator.comparing(Prefix::host));
        if (phase != Phase.LEFT) {
            for (var vip : ready) {
                if (!held.contains(vip)) {
                    wanted.put(vip, phase == Phase.LEAVING ? State.LEAVING : State.ANNOUNCED);
                }
            }
        }
        told.keySet().stream().filter(vip -> !wanted.containsKey(vip)).toList().forEach(this::withdraw);
        wanted.forEach((vip, state) -> {
            if (told.get(vip) != state) {
                announce(vip, state);
            }
        });
    }

    private void announce(InetAddress vip, State state) {
        told.put(vip, state);
        if (state == State.LEAVING) {
            routes.announce(Prefix.host(vip), GRACEFUL_SHUTDOWN);
        } else {
            routes.announce(Prefix.host(vip));
        }
        listener.accept(new VipChange(vip, state));
    }

    private void withdraw(InetAddress vip) {
        told.remove(vip);
        routes.withdraw(Prefix.host(vip));
        listener.accept(new VipChange(vip, State.WITHDRAWN));
    }
}
