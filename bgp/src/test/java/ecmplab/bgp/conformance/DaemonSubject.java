package ecmplab.bgp.conformance;

import ecmplab.bgp.interop.Daemon;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** FRRouting or BIRD, each with a range of addresses for every pool. */
final class DaemonSubject implements SubjectSpeaker {
    private final String title;
    private final InetSocketAddress address;
    private final Daemon daemon;

    private DaemonSubject(String title, InetSocketAddress address, Daemon daemon) {
        this.title = title;
        this.address = address;
        this.daemon = daemon;
    }

    static DaemonSubject frr(Path folder) throws IOException {
        var at = InetAddress.ofLiteral("127.0.0.4");
        int port = Daemon.freePort(at);
        var groups = new StringBuilder();
        var six = new StringBuilder();
        for (var pool : Profile.Pool.values()) {
            groups.append(" neighbor %1$s peer-group%n neighbor %1$s remote-as %2$d%n".formatted(pool, pool.asn));
            groups.append(" bgp listen range 127.%d.0.0/16 peer-group %s%n".formatted(pool.net, pool));
            groups.append(pool.isEbgp() ? " neighbor " + pool + " disable-connected-check\n" : "");
            six.append("  neighbor " + pool + " activate\n");
            six.append(pool == Profile.Pool.ADD_PATH ? "  neighbor ADD_PATH addpath-tx-all-paths\n" : "");
        }
        var configuration = """
                router bgp 65001
                 bgp router-id 10.0.0.1
                 no bgp ebgp-requires-policy
                 no bgp suppress-duplicates
                 coalesce-time 0
                 bgp listen limit 65535
                %s address-family ipv6 unicast
                %s exit-address-family
                """.formatted(groups, six);
        return new DaemonSubject(
                "FRR " + Daemon.version("/usr/lib/frr/bgpd", "--version"),
                new InetSocketAddress(at, port),
                Daemon.frr(folder, at, port, configuration));
    }

    static DaemonSubject bird(Path folder) throws IOException {
        var at = InetAddress.ofLiteral("127.0.0.5");
        int port = Daemon.freePort(at);
        var protocols = new StringBuilder();
        for (var pool : Profile.Pool.values()) {
            protocols.append("protocol bgp %s from common { neighbor range 127.%d.0.0/16 as %d; %s }%n"
                    .formatted(
                            "pool" + pool.net,
                            pool.net,
                            pool.asn,
                            pool == Profile.Pool.ADD_PATH ? "ipv4 { add paths yes; };" : ""));
        }
        var configuration = """
                router id 10.0.0.1;
                protocol device {}
                template bgp common {
                  local 127.0.0.5 port %d as 65001;
                  multihop;
                  strict bind yes;
                  passive yes;
                  enable extended messages yes;
                  ipv4 { import all; export all; };
                  ipv6 { import all; export all; next hop address 2001:db8::5; };
                }
                %s""".formatted(port, protocols);
        return new DaemonSubject(
                "BIRD " + Daemon.version("bird", "--version"),
                new InetSocketAddress(at, port),
                Daemon.bird(folder, configuration));
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void expect(Profile.Pool pool, InetAddress peer) {
        if (!daemon.isAlive()) {
            throw new IllegalStateException(title + " ended");
        }
    }

    @Override
    public void close() throws InterruptedException {
        daemon.close();
    }
}
