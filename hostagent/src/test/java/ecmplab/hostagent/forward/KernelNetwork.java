package ecmplab.hostagent.forward;

import ecmplab.mux.table.FrameTag;
import ecmplab.packet.MacAddress;
import ecmplab.port.Namespaces;
import ecmplab.port.Offloads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Three namespaces of the kernel's: {@code vm}, {@code host}, and {@code net}, which is client, router and MUX in one. The MUX is
 * a plain kernel VXLAN device: its MAC address is the frame tag, the VIP is a neighbour on it with the VM's MAC address. It is also
 * a VM of another host, 10.1.1.31, which the agent reaches through VXLAN only.
 */
final class KernelNetwork implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String prefix = "elhost-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet() + "-";
    private final Deque<String> made = new ArrayDeque<>();

    KernelNetwork() throws Exception {
        try {
            make("net");
            make("host");
            make("vm");
            connect();
        } catch (Exception failure) {
            close();
            throw failure;
        }
    }

    private void connect() throws Exception {
        ip("net", "link add n0 mtu 1600 type veth peer name eth0 mtu 1600 netns " + prefix + "host");
        ip(
                "vm",
                "link add eth0 address " + new MacAddress(Fabric.vmMac(1, 1)) + " type veth peer name vm1 netns "
                        + prefix + "host");
        ip("net", "addr add 10.0.0.254/24 dev n0");
        ip("net", "addr add 192.0.2.7/32 dev lo");
        ip("host", "addr add 10.0.0.1/24 dev eth0");
        ip("host", "addr add 10.1.1.1/32 dev vm1");
        ip("vm", "addr add 10.1.1.11/24 dev eth0");
        var tag = new MacAddress(FrameTag.bits(1, 1, 0, 0, 0));
        ip(
                "net",
                "link add vx0 mtu 1500 address " + tag
                        + " type vxlan id 5001 remote 10.0.0.1 dstport 4789 dev n0 nolearning noudpcsum");
        ip("net", "addr add 10.1.1.31/32 dev vx0");
        for (var device : new String[] {"net n0", "net lo", "net vx0", "host eth0", "host vm1", "vm eth0", "vm lo"}) {
            var at = device.split(" ", 2);
            ip(at[0], "link set " + at[1] + " up");
        }
        ip("host", "route add 10.1.1.11/32 dev vm1 src 10.1.1.1");
        ip("vm", "route add default via 10.1.1.1");
        ip("net", "route add 203.0.113.10/32 dev vx0 src 192.0.2.7");
        ip("net", "neigh add 203.0.113.10 lladdr " + new MacAddress(Fabric.vmMac(1, 1)) + " dev vx0");
        for (var device : new String[] {"net n0", "net vx0", "host eth0", "host vm1", "vm eth0"}) {
            var at = device.split(" ", 2);
            within(at[0], () -> {
                Offloads.disableTransmit(at[1]);
                return null;
            });
        }
    }

    private void make(String name) throws Exception {
        run("ip", "netns", "add", prefix + name);
        made.push(name);
        within(name, () -> {
            for (var setting : new String[] {
                "ipv6/conf/all/disable_ipv6=1",
                "ipv6/conf/default/disable_ipv6=1",
                "ipv4/conf/all/rp_filter=0",
                "ipv4/conf/default/rp_filter=0",
                "ipv4/ip_forward=" + (name.equals("net") ? 1 : 0)
            }) {
                var file = Path.of("/proc/sys/net", setting.substring(0, setting.indexOf('=')));
                if (Files.exists(file)) {
                    Files.writeString(file, setting.substring(setting.indexOf('=') + 1));
                }
            }
            return null;
        });
    }

    /** Runs {@code work} in a namespace; sockets made there stay there. */
    <T> T within(String name, Callable<T> work) throws Exception {
        return Namespaces.within(Path.of("/run/netns", prefix + name), work);
    }

    private void ip(String name, String arguments) throws IOException, InterruptedException {
        run(("ip -n " + prefix + name + " " + arguments).split(" "));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        while (!made.isEmpty()) {
            run("ip", "netns", "delete", prefix + made.pop());
        }
    }
}
