package ecmplab.router.kernel;

import ecmplab.bgp.wire.Prefix;
import ecmplab.port.netlink.NetlinkSocket;
import ecmplab.port.netlink.Refusal;
import ecmplab.port.netlink.Request;
import ecmplab.port.sys.Errno;
import ecmplab.port.sys.SystemCallException;
import ecmplab.router.ecmp.EcmpPolicy;
import ecmplab.router.kernel.KernelObjects.HopGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Makes the kernel hold what is wanted, in an order in which no packet finds less than before: next hops, groups, routes; then what nobody uses
 * any more goes. Belongs to the thread that keeps the kernel's tables.
 */
final class KernelWriter {
    private final NetlinkSocket socket;
    private final EcmpPolicy ecmp;
    private final KernelTables tables;
    private final WantedRoutes wanted;
    private final AtomicLong writes = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();

    /** Why a next hop or group is not there, by id; made anew by each pass. */
    final Map<Integer, String> badHops = new HashMap<>();

    final Map<Prefix, String> badRoutes = new HashMap<>();

    KernelWriter(NetlinkSocket socket, EcmpPolicy ecmp, KernelTables tables, WantedRoutes wanted) {
        this.socket = socket;
        this.ecmp = ecmp;
        this.tables = tables;
        this.wanted = wanted;
    }

    /** Requests acknowledged, refused ones too. Any thread. */
    long writes() {
        return writes.get();
    }

    /** Any thread. */
    long refusals() {
        return refusals.get();
    }

    /**
     * Writes what differs.
     *
     * @param touched prefixes that may differ; next hops and groups are all looked at
     * @param force put ours in place of another's route with the same metric
     * @throws SystemCallException when answers were lost: the tables have to be read
     */
    void write(Collection<Prefix> touched, boolean force) throws SystemCallException {
        wanted.arrange(tables.devices);
        badHops.clear();
        writeHops();
        writeGroups();
        writeRoutes(touched, force);
        removeUnused();
    }

    private void writeHops() throws SystemCallException {
        var changes = new Changes();
        wanted.hops.forEach((id, hop) -> {
            if (hop.device() == 0) {
                badHops.put(id, hop.gateway().getHostAddress() + ": its interface has no carrier");
            } else if (!hop.equals(tables.hops.get(id))) {
                changes.add(
                        RouteMessages.hop(id, hop),
                        () -> {
                            tables.ids.add(id);
                            tables.hops.put(id, hop);
                        },
                        refusal -> badHops.put(id, hop.gateway().getHostAddress() + ": " + refusal));
            }
        });
        changes.send();
    }

    private void writeGroups() throws SystemCallException {
        var changes = new Changes();
        wanted.hopGroups.forEach((id, whole) -> {
            var missing = whole.shares().stream()
                    .map(share -> badHops.get(share.hop()))
                    .filter(Objects::nonNull)
                    .toList();
            if (!missing.isEmpty()) {
                badHops.put(id, String.join("; ", missing));
            }
            var group = new HopGroup(whole.shares().stream()
                    .filter(share -> !badHops.containsKey(share.hop()))
                    .toList());
            if (!group.shares().isEmpty() && !group.equals(tables.groups.get(id))) {
                changes.add(
                        RouteMessages.group(id, group, ecmp),
                        () -> {
                            tables.ids.add(id);
                            tables.groups.put(id, group);
                        },
                        refusal -> badHops.put(id, "group: " + refusal));
            }
        });
        changes.send();
    }

    private void writeRoutes(Collection<Prefix> touched, boolean force) throws SystemCallException {
        var changes = new Changes();
        for (var prefix : touched) {
            var hop = wanted.hopOf(prefix);
            var has = tables.routes.get(prefix);
            if (hop == null) {
                badRoutes.remove(prefix);
                if (has != null) {
                    changes.add(
                            RouteMessages.withoutRoute(prefix),
                            () -> tables.routes.remove(prefix),
                            refusal -> gone(refusal, prefix));
                }
            } else if (hop != KernelObjects.BLACKHOLE && !tables.groups.containsKey(hop)) {
                badRoutes.put(prefix, badHops.getOrDefault(hop, "its group is not there"));
            } else if (!hop.equals(has)) {
                int flags = has != null || force ? Request.REPLACE : Request.EXCLUSIVE;
                changes.add(
                        RouteMessages.route(prefix, hop, flags),
                        () -> {
                            tables.routes.put(prefix, hop);
                            badRoutes.remove(prefix);
                        },
                        refusal -> badRoutes.put(prefix, refusal.toString()));
            } else {
                badRoutes.remove(prefix);
            }
        }
        changes.send();
    }

    private void gone(Refusal refusal, Prefix prefix) {
        if (refusal.errno() == Errno.ESRCH) { // somebody was faster
            tables.routes.remove(prefix);
        } else {
            badRoutes.put(prefix, refusal.toString());
        }
    }

    private void removeUnused() throws SystemCallException {
        remove(id -> wanted.owns(id) && !wanted.hopGroups.containsKey(id) && !wanted.hops.containsKey(id));
    }

    /** Takes next-hop objects out, groups first: their ids are the higher ones. */
    private void remove(Predicate<Integer> which) throws SystemCallException {
        var changes = new Changes();
        tables.ids.stream()
                .filter(which)
                .sorted(java.util.Comparator.reverseOrder())
                .forEach(id -> {
                    Runnable gone = () -> {
                        tables.ids.remove(id);
                        tables.groups.remove(id);
                        tables.hops.remove(id);
                    };
                    changes.add(RouteMessages.withoutHop(id), gone, refusal -> {
                        if (refusal.errno() == Errno.ENOENT) {
                            gone.run();
                        }
                    });
                });
        changes.send();
    }

    /** Takes out what a predecessor left and nobody wants: its routes, its next hops. Returns how many routes. */
    int sweep() throws SystemCallException {
        var left = tables.routes.keySet().stream()
                .filter(prefix -> !wanted.contains(prefix))
                .toList();
        writeRoutes(left, false);
        remove(id -> !wanted.owns(id));
        return left.size();
    }

    /** Takes out all that is ours. */
    void removeAll() throws SystemCallException {
        var changes = new Changes();
        for (var prefix : List.copyOf(tables.routes.keySet())) {
            changes.add(
                    RouteMessages.withoutRoute(prefix),
                    () -> tables.routes.remove(prefix),
                    refusal -> gone(refusal, prefix));
        }
        changes.send();
        remove(id -> true);
    }

    /** Requests with what is known once the kernel has answered. */
    private final class Changes {
        private final List<Request> requests = new ArrayList<>();
        private final List<Runnable> done = new ArrayList<>();
        private final List<Consumer<Refusal>> refused = new ArrayList<>();

        void add(Request request, Runnable onDone, Consumer<Refusal> onRefused) {
            requests.add(request);
            done.add(onDone);
            refused.add(onRefused);
        }

        void send() throws SystemCallException {
            List<Optional<Refusal>> results = socket.change(requests);
            writes.addAndGet(results.size());
            for (int i = 0; i < results.size(); i++) {
                var result = results.get(i);
                if (result.isEmpty()) {
                    done.get(i).run();
                } else {
                    refusals.incrementAndGet();
                    refused.get(i).accept(result.get());
                }
            }
        }
    }
}
