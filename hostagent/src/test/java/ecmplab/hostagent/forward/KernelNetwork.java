package ecmplab.hostagent.forward;

import ecmplab.mux.table.FrameTag;
import ecmplab.packet.MacAddress;
import ecmplab.port.Namespaces;
import ecmplab.port.Offloads;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
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
    /** A VM of another host, as the agent sees it. */
    static final int ELSEWHERE = Packets.ip("10.1.1.31");

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String prefix = "elhost-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet() + "-";
    private final Deque<String> made = new ArrayDeque<>();

    private final Families families;

    KernelNetwork(Families families) throws Exception {
        this.families = families;
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
        int own = Packets.ip("10.0.0.1");
        for (var address : families.ofHost(own, Fabric.GATEWAY)) {
            var subnet = "/" + address.prefixLength();
            ip("net", "addr add " + address.gateway().getHostAddress() + subnet + " dev n0" + nodad(address.gateway()));
            ip(
                    "host",
                    "addr add " + address.address().getHostAddress() + subnet + " dev eth0" + nodad(address.address()));
        }
        var client = families.inner(Fabric.CLIENT);
        var gateway = families.inner(Fabric.VM_GATEWAY);
        var dip = families.inner(Fabric.dip(1, 1));
        var vip = families.inner(Fabric.VIP);
        ip("net", "addr add " + single(client) + " dev lo" + nodad(client));
        ip("host", "addr add " + single(gateway) + " dev vm1" + nodad(gateway));
        ip("vm", "addr add " + dip.getHostAddress() + (families.innerIpv6 ? "/56" : "/24") + " dev eth0" + nodad(dip));
        var tag = new MacAddress(FrameTag.bits(1, 1, 0, 0, 0));
        ip(
                "net",
                "link add vx0 mtu 1500 address " + tag
                        + " type vxlan id 5001 remote " + families.outer(own).getHostAddress()
                        + " dstport 4789 dev n0 nolearning" + (families.outerIpv6 ? "" : " noudpcsum"));
        var elsewhere = families.inner(ELSEWHERE);
        ip("net", "addr add " + single(elsewhere) + " dev vx0" + nodad(elsewhere));
        for (var device : new String[] {"net n0", "net lo", "net vx0", "host eth0", "host vm1", "vm eth0", "vm lo"}) {
            var at = device.split(" ", 2);
            ip(at[0], "link set " + at[1] + " up");
        }
        if (families != Families.IPV4) {
            // It sees what the agent forwards, and would tell the senders that it has no route.
            ip("host", "-6 route add blackhole default");
        }
        ip("host", "route add " + single(dip) + " dev vm1 src " + gateway.getHostAddress());
        ip("vm", "route add default via " + gateway.getHostAddress());
        ip("net", "route add " + single(vip) + " dev vx0 src " + client.getHostAddress());
        ip("net", "neigh add " + vip.getHostAddress() + " lladdr " + new MacAddress(Fabric.vmMac(1, 1)) + " dev vx0");
        for (var device : new String[] {"net n0", "net vx0", "host eth0", "host vm1", "vm eth0"}) {
            var at = device.split(" ", 2);
            within(at[0], () -> {
                Offloads.disableTransmit(at[1]);
                return null;
            });
        }
    }

    private static String single(InetAddress address) {
        return address.getHostAddress() + (address instanceof Inet6Address ? "/128" : "/32");
    }

    private static String nodad(InetAddress address) {
        return address instanceof Inet6Address ? " nodad" : "";
    }

    private void make(String name) throws Exception {
        run("ip", "netns", "add", prefix + name);
        made.push(name);
        within(name, () -> {
            for (var setting : new String[] {
                "ipv6/conf/all/disable_ipv6=" + (families == Families.IPV4 ? 1 : 0),
                "ipv6/conf/default/disable_ipv6=" + (families == Families.IPV4 ? 1 : 0),
                "ipv6/conf/default/accept_dad=0",
                "ipv6/conf/default/accept_ra=0",
                "ipv6/conf/all/forwarding=" + (name.equals("net") ? 1 : 0),
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
