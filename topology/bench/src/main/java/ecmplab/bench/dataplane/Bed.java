package ecmplab.bench.dataplane;

import ecmplab.packet.MacAddress;
import ecmplab.port.sys.InterfaceRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Two namespaces joined by two veth pairs: what forwards has {@code in} (192.0.2.1) and {@code out} (172.16.1.1), its surroundings
 * {@code client} (192.0.2.2) and {@code server} (172.16.1.2 and on). The NAPI thread of {@code in} is the receive softirq: pinned with what
 * forwards, apart from the generator, so that its processor time is known.
 */
final class Bed implements AutoCloseable {
    static final String CLIENT = "client";
    static final String SERVER = "server";
    static final int SERVERS = 10;
    /** Longer than any frame with a tunnel's headers. */
    private static final int MTU = 1600;

    private static final int GENERATING = 0;
    private static final int FORWARDING = 1;

    private record Link(int index, MacAddress mac) {
        static Link of(String name) throws Exception {
            try (var request = new InterfaceRequest(name)) {
                return new Link(request.index(), request.mac());
            }
        }
    }

    final Namespace forwarder;
    final Counts counts;
    private final Namespace outside;
    private final List<AutoCloseable> open;
    private final Link in;
    private final Link client;
    private final Link server;
    private final int receiveTask;

    private Bed(Namespace forwarder, Namespace outside, List<AutoCloseable> open) throws Exception {
        this.forwarder = forwarder;
        this.outside = outside;
        this.open = open;
        counts = Counts.create();
        open.add(counts);
        connect();
        in = forwarder.within(() -> Link.of(in()));
        client = outside.within(() -> Link.of(CLIENT));
        server = outside.within(() -> Link.of(SERVER));
        for (var end : List.of(client, server)) {
            open.add(outside.within(() -> Sink.attach(end.index, counts)));
        }
        receiveTask = Processor.task("napi/" + in() + "-")
                .orElseThrow(() -> new IllegalStateException("the kernel has no NAPI thread for " + in()));
        Processor.pin(receiveTask, FORWARDING);
    }

    static Bed make() throws Exception {
        var open = new ArrayList<AutoCloseable>();
        try {
            var forwarder = Namespace.create();
            open.add(forwarder);
            var outside = Namespace.create();
            open.add(outside);
            return new Bed(forwarder, outside, open);
        } catch (Exception failed) {
            closeAll(open);
            throw failed;
        }
    }

    private void connect() throws Exception {
        for (var setting : List.of("all", "default")) {
            forwarder.set("net/ipv4/conf/" + setting + "/rp_filter", 0);
            outside.set("net/ipv4/conf/" + setting + "/rp_filter", 0);
            forwarder.set("net/ipv6/conf/" + setting + "/disable_ipv6", 1);
            outside.set("net/ipv6/conf/" + setting + "/disable_ipv6", 1);
        }
        var addresses = new StringBuilder();
        for (int i = 0; i < SERVERS; i++) {
            addresses.append("ip address add 172.16.1.").append(2 + i).append("/24 dev server\n");
        }
        forwarder.run("""
                ip link add %1$s mtu %2$d type veth peer name client mtu %2$d netns %3$d
                ip link add out mtu %2$d type veth peer name server mtu %2$d netns %3$d
                ip address add 192.0.2.1/24 dev %1$s
                ip address add 172.16.1.1/24 dev out
                ip link set %1$s up
                ip link set out up
                ethtool -K %1$s gro on > /dev/null
                echo 1 > /sys/class/net/%1$s/threaded
                """.formatted(in(), MTU, outside.pid()));
        outside.run("ip address add 192.0.2.2/24 dev client\n" + addresses + """
                ip link set client up
                ip link set server up
                """);
    }

    /** Name of the interface where packets come in. No two beds have the same, as it names a thread of the kernel. */
    String in() {
        return "in" + forwarder.pid();
    }

    String out() {
        return "out";
    }

    MacAddress inMac() {
        return in.mac;
    }

    MacAddress serverMac() {
        return server.mac;
    }

    /** Runs a script where the client and the servers are. */
    <T> T outside(java.util.concurrent.Callable<T> work) throws Exception {
        return outside.within(work);
    }

    Generator generate(Frame frame) throws Exception {
        return Generator.start(frame, counts, outside, client.index, GENERATING);
    }

    /** Puts a thread that forwards beside the receive softirq. */
    void pin(int task) throws Exception {
        Processor.pin(task, FORWARDING);
    }

    /** Processor time of receiving so far. */
    long receiveNanos() throws Exception {
        return Processor.nanos(receiveTask);
    }

    private static void closeAll(List<AutoCloseable> open) throws Exception {
        for (var each : open.reversed()) {
            each.close();
        }
    }

    @Override
    public void close() throws Exception {
        closeAll(open);
    }
}
