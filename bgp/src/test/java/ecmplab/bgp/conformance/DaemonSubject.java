package ecmplab.bgp.conformance;

import ecmplab.bgp.interop.Daemon;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** FRRouting or BIRD, each with a range of addresses for every pool. */
final class DaemonSubject implements SubjectSpeaker {
    private final String title;
    private final InetSocketAddress address;
    private final Daemon daemon;
    private final Set<Profile.Pool> pools;

    private DaemonSubject(String title, InetSocketAddress address, Daemon daemon, Set<Profile.Pool> pools) {
        this.pools = pools;
        this.title = title;
        this.address = address;
        this.daemon = daemon;
    }

    static DaemonSubject frr(Path folder) throws IOException {
        var at = InetAddress.ofLiteral("127.0.0.4");
        int port = Daemon.freePort(at);
        var groups = new StringBuilder();
        var six = new StringBuilder();
        var pools = EnumSet.allOf(Profile.Pool.class);
        // FRRouting 8.4 does not know RFC 9234.
        pools.removeIf(pool -> pool.subjectRole() != null);
        for (var pool : pools) {
            groups.append(" neighbor %1$s peer-group%n neighbor %1$s remote-as %2$d%n".formatted(pool, pool.asn));
            groups.append(" bgp listen range 127.%d.0.0/16 peer-group %s%n".formatted(pool.net, pool));
            groups.append(pool.isEbgp() ? " neighbor " + pool + " disable-connected-check\n" : "");
            six.append("  neighbor " + pool + " activate\n");
            groups.append(
                    pool.securedHops() > 0
                            ? " neighbor " + pool + " ttl-security hops " + pool.securedHops() + "\n"
                            : "");
        }
        var configuration = """
                router bgp 65001
                 bgp router-id 10.0.0.1
                 no bgp ebgp-requires-policy
                 no bgp suppress-duplicates
                 coalesce-time 0
                 bgp listen limit 65535
                %s address-family ipv4 unicast
                  neighbor ADD_PATH addpath-tx-all-paths
                 exit-address-family
                 address-family ipv6 unicast
                %s exit-address-family
                """.formatted(groups, six);
        return new DaemonSubject(
                "FRR " + Daemon.version("/usr/lib/frr/bgpd", "--version"),
                new InetSocketAddress(at, port),
                Daemon.frr(folder, at, port, configuration),
                pools);
    }

    static DaemonSubject bird(Path folder) throws IOException {
        var at = InetAddress.ofLiteral("127.0.0.5");
        int port = Daemon.freePort(at);
        var protocols = new StringBuilder();
        for (var pool : Profile.Pool.values()) {
            protocols.append("protocol bgp pool%d from common { neighbor range 127.%d.0.0/16 as %d; %s }%n"
                    .formatted(pool.net, pool.net, pool.asn, birdOptions(pool)));
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
                Daemon.bird(folder, configuration),
                EnumSet.allOf(Profile.Pool.class));
    }

    private static String birdOptions(Profile.Pool pool) {
        if (pool == Profile.Pool.ADD_PATH) {
            return "ipv4 { add paths yes; };";
        }
        if (pool.securedHops() > 0) {
            return "multihop " + pool.securedHops() + "; ttl security yes;";
        }
        var role = pool.subjectRole();
        return role == null
                ? ""
                : "local role " + role.name().toLowerCase(Locale.ROOT) + ";"
                        + (pool == Profile.Pool.STRICT_CUSTOMER ? " require roles yes;" : "");
    }

    @Override
    public boolean supports(Profile.Pool pool) {
        return pools.contains(pool);
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
