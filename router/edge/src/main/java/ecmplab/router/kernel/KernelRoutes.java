package ecmplab.router.kernel;

import ecmplab.bgp.wire.Prefix;
import ecmplab.port.netlink.Message;
import ecmplab.port.netlink.NetlinkSocket;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.PollFd;
import ecmplab.port.sys.SystemCallException;
import ecmplab.router.divergence.Divergence;
import ecmplab.router.divergence.Divergences;
import ecmplab.router.fib.FibEntry;
import ecmplab.router.forward.ForwardingTable;
import ecmplab.router.forward.RouteMirror;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's forwarding tables as the router wants them: a thread of its own writes changes as they come, hears what others change, reads all
 * of it now and then, and tells where they differ. Routes that a predecessor left stay in force until ours take their place, or nobody wants them
 * for {@link KernelSettings#sweepAfter}.
 */
public final class KernelRoutes implements RouteMirror, AutoCloseable {
    /** Told on the thread that keeps the tables. */
    public interface Listener extends Divergences.Listener {
        /** An interface came up with carrier, or went. */
        void carrier(String interfaceName, boolean up);

        /** The tables could not be written or read; it is tried again. */
        void trouble(String what);

        /** Routes of a predecessor that nobody wants any more were taken out. */
        void swept(int routes);
    }

    /**
     * @param wanted routes that the kernel is to have
     * @param writes acknowledged by the kernel, refused ones too
     * @param checks how often all of it was read
     * @param lostNews how often news of changes was lost, and all of it read instead
     */
    public record Counters(
            int wanted, long writes, long refusals, long checks, long lostNews, Divergences.Counters divergences) {}

    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(1);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

    private final KernelSettings settings;
    private final Listener listener;
    private final Divergences divergences;
    private final NetlinkSocket asking;
    private final NetlinkSocket hearing;
    private final KernelTables tables = new KernelTables();
    private final WantedRoutes wanted;
    private final KernelWriter writer;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment entries = arena.allocate(2L * PollFd.SIZE, 8);
    private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
    private final MemorySegment woken = arena.allocate(8, 8);
    private final int wake;
    private final Thread thread;

    private final Object lock = new Object();
    private Map<Prefix, FibEntry> pending = new HashMap<>();
    private ForwardingTable latest = ForwardingTable.EMPTY;
    private boolean news;
    private volatile boolean stopping;
    private boolean closed;

    private final Set<Prefix> suspects = new HashSet<>();
    private boolean checkDue;
    private boolean linksChanged;
    private Map<Integer, String> badBefore = Map.of();
    private long nextCheck;
    private long sweepAt;
    private boolean swept;
    private volatile int wantedCount;
    private final AtomicLong checks = new AtomicLong();
    private final AtomicLong lostNews = new AtomicLong();

    private KernelRoutes(
            KernelSettings settings,
            List<String> interfaces,
            Listener listener,
            InstantSource wall,
            NetlinkSocket asking,
            NetlinkSocket hearing)
            throws SystemCallException {
        this.settings = settings;
        this.listener = listener;
        this.asking = asking;
        this.hearing = hearing;
        divergences = new Divergences(listener, wall);
        tables.read(asking);
        wanted = new WantedRoutes(List.copyOf(interfaces), WantedRoutes.freeEpoch(tables.ids));
        writer = new KernelWriter(asking, settings.ecmp(), tables, wanted);
        wake = Linux.check(Linux.eventDescriptor(), "eventfd");
        thread = Thread.ofPlatform().name("kernel-routes").daemon().unstarted(this::run);
    }

    /**
     * For the network namespace of the calling thread.
     *
     * @param interfaces names, by the links of the forwarding table's next hops
     */
    public static KernelRoutes start(
            KernelSettings settings, List<String> interfaces, Listener listener, InstantSource wall)
            throws SystemCallException {
        var hearing = new NetlinkSocket(RouteMessages.NEWS);
        NetlinkSocket asking = null;
        try {
            asking = new NetlinkSocket();
            var routes = new KernelRoutes(settings, interfaces, listener, wall, asking, hearing);
            long now = System.nanoTime();
            routes.nextCheck = now + settings.checkEvery().toNanos();
            routes.sweepAt = now + settings.sweepAfter().toNanos();
            routes.thread.start();
            return routes;
        } catch (SystemCallException failed) {
            hearing.close();
            if (asking != null) {
                asking.close();
            }
            throw failed;
        }
    }

    @Override
    public void changed(List<FibEntry> changes, ForwardingTable table) {
        synchronized (lock) {
            latest = table;
            changes.forEach(change -> pending.put(change.prefix(), change));
            news = true;
        }
        wake();
    }

    /** Open ones; any thread may ask. */
    public Divergences divergences() {
        return divergences;
    }

    /** Any thread. */
    public Counters counters() {
        return new Counters(
                wantedCount, writer.writes(), writer.refusals(), checks.get(), lostNews.get(), divergences.counters());
    }

    private void wake() {
        Linux.write(wake, one.address(), 8);
    }

    private void run() {
        while (!stopping) {
            try {
                await();
                step();
            } catch (SystemCallException failed) {
                listener.trouble(String.valueOf(failed.getMessage()));
                checkDue = true;
                nextCheck = System.nanoTime() + AFTER_TROUBLE.toNanos();
            }
        }
        try {
            writer.removeAll();
        } catch (SystemCallException failed) {
            listener.trouble("routes stay in the kernel: " + failed.getMessage());
        }
    }

    private void await() {
        long now = System.nanoTime();
        long until = swept ? nextCheck : Math.min(nextCheck, sweepAt);
        int millis = Math.clamp((until - now) / 1_000_000 + 1, 0, 1_000_000);
        PollFd.set(entries, 0, wake, PollFd.POLLIN);
        PollFd.set(entries, 1, hearing.descriptor(), PollFd.POLLIN);
        Linux.poll(entries.address(), 2, millis);
        if (PollFd.returned(entries, 0) != 0) {
            Linux.read(wake, woken.address(), 8);
        }
    }

    private void step() throws SystemCallException {
        if (!hearing.news(this::hear)) {
            lostNews.incrementAndGet();
            checkDue = true;
        }
        var touched = take();
        if (linksChanged || touched != null) {
            linksChanged = false;
            write(touched == null ? List.of() : touched, false);
        }
        long now = System.nanoTime();
        if (checkDue || now - nextCheck >= 0) {
            checkDue = false;
            nextCheck = now + settings.checkEvery().toNanos();
            check();
        } else if (!suspects.isEmpty()) {
            judgeAndRepair(List.copyOf(suspects));
        }
        suspects.clear();
        if (!swept && now - sweepAt >= 0) {
            swept = true;
            int routes = writer.sweep();
            if (routes > 0) {
                listener.swept(routes);
            }
        }
    }

    /** What is wanted since the last time; null when there is nothing new. */
    private @Nullable Collection<Prefix> take() {
        Map<Prefix, FibEntry> changes;
        synchronized (lock) {
            if (!news) {
                return null;
            }
            news = false;
            changes = pending;
            pending = new HashMap<>();
            wanted.show(latest);
        }
        changes.values().forEach(wanted::take);
        wantedCount = wanted.size();
        return changes.keySet();
    }

    /** Writes, and judges what may have changed by that. */
    private void write(Collection<Prefix> touched, boolean force) throws SystemCallException {
        writer.write(touched, force);
        boolean groupsDiffer = !writer.badHops.equals(badBefore);
        badBefore = Map.copyOf(writer.badHops);
        if (groupsDiffer) {
            var retry = List.copyOf(writer.badRoutes.keySet());
            if (!retry.isEmpty()) {
                writer.write(retry, force);
            }
            wanted.prefixes().forEach(this::judge);
        }
        touched.forEach(this::judge);
    }

    /** Reads all of the kernel's tables, tells what differs, repairs it if wanted. */
    private void check() throws SystemCallException {
        tables.read(asking);
        checks.incrementAndGet();
        wanted.arrange(tables.devices);
        var differing = new HashSet<Prefix>();
        for (var prefix : wanted.prefixes()) {
            if (!judge(prefix)) {
                differing.add(prefix);
            }
        }
        if (swept) {
            tables.routes.keySet().stream()
                    .filter(prefix -> !wanted.contains(prefix))
                    .forEach(differing::add);
        }
        if (settings.repair() && !differing.isEmpty()) {
            write(differing, true);
        }
    }

    private void judgeAndRepair(List<Prefix> prefixes) throws SystemCallException {
        var differing = prefixes.stream().filter(prefix -> !judge(prefix)).toList();
        if (settings.repair() && !differing.isEmpty()) {
            write(differing, true);
        }
    }

    /** Tells whether a prefix is in the kernel as it is wanted; raises or clears its divergence. */
    private boolean judge(Prefix prefix) {
        var hop = wanted.hopOf(prefix);
        var has = tables.routes.get(prefix);
        var other = tables.others.get(prefix);
        var refused = writer.badRoutes.get(prefix);
        if (hop == null) {
            divergences.clear(prefix);
            return true;
        }
        if (refused != null && !hop.equals(has)) {
            divergences.raise(prefix, Divergence.Kind.REFUSED, refused);
            return false;
        }
        if (has == null) {
            divergences.raise(
                    prefix,
                    other == null ? Divergence.Kind.NOT_IN_KERNEL : Divergence.Kind.OTHER_IN_KERNEL,
                    other == null ? "the kernel has no such route of ours" : told(other));
            return false;
        }
        if (!hop.equals(has)) {
            divergences.raise(prefix, Divergence.Kind.OTHER_IN_KERNEL, "the kernel's goes by next hop " + has);
            return false;
        }
        if (hop != KernelObjects.BLACKHOLE && !isWhole(hop)) {
            divergences.raise(
                    prefix,
                    Divergence.Kind.OTHER_IN_KERNEL,
                    writer.badHops.getOrDefault(hop, "the kernel's next-hop group has other members"));
            return false;
        }
        if (other != null) {
            divergences.raise(prefix, Divergence.Kind.SHADOWED, told(other));
            return true; // ours is there: nothing to put back
        }
        divergences.clear(prefix);
        return true;
    }

    private static String told(KernelObjects.KernelRoute other) {
        return "a route of protocol " + other.protocol() + " with metric " + other.metric() + " goes first";
    }

    private boolean isWhole(int group) {
        var shouldBe = wanted.hopGroups.get(group);
        return shouldBe != null
                && shouldBe.equals(tables.groups.get(group))
                && shouldBe.shares().stream().allMatch(share -> {
                    var hop = wanted.hops.get(share.hop());
                    return hop != null && hop.equals(tables.hops.get(share.hop()));
                });
    }

    private void hear(Message message) {
        switch (message.type()) {
            case RouteMessages.NEW_LINK, RouteMessages.DELETE_LINK -> hearLink(message);
            case RouteMessages.NEW_ROUTE, RouteMessages.DELETE_ROUTE -> hearRoute(message);
            case RouteMessages.NEW_HOP, RouteMessages.DELETE_HOP ->
                checkDue |= RouteMessages.isOurHop(message) && message.port() != asking.port();
            default -> {}
        }
    }

    private void hearLink(Message message) {
        var name = RouteMessages.linkName(message);
        boolean before = tables.devices.containsKey(name);
        tables.takeLink(message);
        boolean now = tables.devices.containsKey(name);
        if (before != now) {
            linksChanged = true;
            checkDue |= !now; // the kernel has dropped next hops, and routes without a word
            listener.carrier(name, now);
        }
    }

    private void hearRoute(Message message) {
        if (message.port() == asking.port() && message.port() != 0) {
            return;
        }
        var heard = RouteMessages.route(message);
        if (heard.isEmpty() || !wanted.contains(heard.get().prefix())) {
            return;
        }
        var route = heard.get();
        if (route.ours() && message.type() == RouteMessages.DELETE_ROUTE && route.metric() == RouteMessages.METRIC) {
            tables.routes.remove(route.prefix());
            suspects.add(route.prefix());
        } else if (route.ours() || KernelTables.goesBefore(route)) {
            checkDue = true;
        }
    }

    /** Takes all routes and next hops out of the kernel. Idempotent. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        stopping = true;
        wake();
        boolean ended = false;
        try {
            ended = thread.join(STOP_PATIENCE);
        } catch (InterruptedException interruption) {
            Thread.currentThread().interrupt();
        }
        if (ended) { // else it still uses them: left to the end of the process
            Linux.close(wake);
            asking.close();
            hearing.close();
            arena.close();
        }
    }
}
