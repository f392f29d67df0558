package ecmplab.bgp.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** FRRouting's bgpd, without zebra. */
final class Frr implements Contender {
    /** A prefix and its paths are one line of the answer. */
    private static final Pattern ENTRY = Pattern.compile("(?m)^[^\\n]*?\"(\\S+/\\d+)\": \\[(.*)$");

    @Override
    public String title() throws Exception {
        return "FRR " + Daemon.version("/usr/lib/frr/bgpd", "--version");
    }

    @Override
    public Daemon start(Path folder, Link link, Terms terms) throws Exception {
        var us = (terms.six() ? link.oursSix : link.ours).getHostAddress();
        var neighbor = new StringBuilder();
        neighbor.append(terms.theyDial() ? "" : " neighbor " + us + " passive\n");
        neighbor.append(terms.key().isEmpty() ? "" : " neighbor " + us + " password " + terms.key() + "\n");
        // Else the route map counts only seconds after a start, and an empty table goes out before, with its
        // End-of-RIB.
        var config = new StringBuilder("""
                bgp route-map delay-timer 0
                router bgp %1$d
                 bgp router-id 10.0.0.100
                 bgp log-neighbor-changes
                 no bgp ebgp-requires-policy
                 no bgp network import-check
                 neighbor %2$s remote-as %3$d
                 neighbor %2$s disable-connected-check
                 neighbor %2$s timers connect 1
%5$s                %4$s""".formatted(Terms.THEIR_AS, us, Terms.OUR_AS, neighbor, restart(terms)));
        for (boolean six : List.of(false, true)) {
            config.append(" address-family ").append(six ? "ipv6" : "ipv4").append(" unicast\n");
            config.append("  neighbor ").append(us).append(" activate\n");
            config.append("  neighbor ").append(us).append(" route-map OUT out\n");
            config.append(terms.addPath() ? "  neighbor " + us + " addpath-tx-all-paths\n" : "");
            terms.theirRoutes(six)
                    .forEach(
                            prefix -> config.append("  network ").append(prefix).append('\n'));
            config.append(" exit-address-family\n");
        }
        config.append(
                        "!\nbgp as-path access-list OWN permit ^$\nroute-map OUT permit 10\n match as-path OWN\n set community ")
                .append(Terms.COMMUNITY)
                .append("\n set ip next-hop ")
                .append(link.theirs.getHostAddress())
                .append("\n set ipv6 next-hop global ")
                .append(link.theirsSix.getHostAddress())
                .append('\n');
        Files.writeString(folder.resolve("bgpd.conf"), config);
        var here = folder.toString();
        return Daemon.start(
                folder,
                link.inside(List.of(("/usr/lib/frr/bgpd -S -n -Z -P 0 -f bgpd.conf --log stdout --vty_socket " + here
                                + " -i " + here + "/bgpd.pid")
                        .split(" "))),
                List.of("vtysh", "--vty_socket", here, "-d", "bgpd", "-c"));
    }

    /** It says by itself that it comes from a restart. */
    private static String restart(Terms terms) {
        return terms.restartSeconds() == 0
                ? ""
                : " bgp graceful-restart\n bgp graceful-restart preserve-fw-state\n bgp graceful-restart restart-time "
                        + terms.restartSeconds() + "\n";
    }

    @Override
    public boolean isReady(Daemon daemon, Terms terms) throws Exception {
        var whole = "Displayed  " + terms.routes() + " routes";
        return daemon.ask("show bgp ipv4 unicast").contains(whole)
                && daemon.ask("show bgp ipv6 unicast").contains(whole);
    }

    @Override
    public Map<String, String> table(Daemon daemon, Link link, boolean six) throws Exception {
        var table = new HashMap<String, String>();
        var text = daemon.ask("show bgp " + (six ? "ipv6" : "ipv4") + " unicast json detail");
        for (var entry : ENTRY.matcher(text).results().toList()) {
            var body = entry.group(2);
            var path = find(body, "\"aspath\":\\{\"string\":\"([^\"]*)\"");
            if (path.startsWith("" + Terms.OUR_AS)) {
                table.put(
                        entry.group(1),
                        find(body, "\"nexthops\":\\[\\{\"ip\":\"([^\"]*)\"") + "|" + path + "|"
                                + find(body, "\"community\":\\{\"string\":\"([^\"]*)\""));
            }
        }
        return table;
    }

    static String find(String text, String pattern) {
        var match = Pattern.compile(pattern).matcher(text);
        return match.find() ? match.group(1).strip() : "";
    }

    @Override
    public boolean askForRefresh(Daemon daemon, Link link) throws Exception {
        daemon.ask("clear bgp ipv4 unicast * soft in");
        return true;
    }

    @Override
    public boolean shutDown(Daemon daemon, Link link, String text) throws Exception {
        daemon.ask("configure terminal\nrouter bgp " + Terms.THEIR_AS + "\nneighbor " + link.ours.getHostAddress()
                + " shutdown message " + text);
        return true;
    }
}
