package ecmplab.bgp.interop;

import ecmplab.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** GoBGP. Its own routes come from MRT files that our writer made. It compares the addresses of neighbours as text of RFC 5952. */
final class GoBgp implements Contender {
    private static final Pattern LINE = Pattern.compile("(?m)^\\S*\\s+(\\S+/\\d+)\\s+(?:\\d+\\s+)?([0-9a-f.:]+)\\s+("
            + Terms.OUR_AS + "[0-9 ]*?)\\s+\\d+\\S*\\s+\\[(.*)\\]$");

    @Override
    public String title() throws Exception {
        return "GoBGP " + Daemon.version("gobgpd", "--version");
    }

    @Override
    public Daemon start(Path folder, Link link, Terms terms) throws Exception {
        var families = new StringBuilder();
        for (var family : List.of("ipv4-unicast", "ipv6-unicast")) {
            families.append("  [[neighbors.afi-safis]]\n    [neighbors.afi-safis.config]\n    afi-safi-name = \"")
                    .append(family)
                    .append("\"\n")
                    .append(
                            terms.restartSeconds() == 0
                                    ? ""
                                    : "    [neighbors.afi-safis.mp-graceful-restart.config]\n    enabled = true\n")
                    .append(
                            terms.addPath()
                                    ? "    [neighbors.afi-safis.add-paths.config]\n    receive = true\n    send-max = 8\n"
                                    : "");
        }
        Files.writeString(folder.resolve("gobgpd.toml"), """
                [global.config]
                  as = %d
                  router-id = "10.0.0.100"
                [[neighbors]]
                  [neighbors.config]
                    neighbor-address = "%s"
                    peer-as = %d
                    auth-password = "%s"
                  [neighbors.timers.config]
                    connect-retry = 1
                    idle-hold-time-after-reset = 1
                  [neighbors.transport.config]
                    passive-mode = %s
                  [neighbors.graceful-restart.config]
                    enabled = %s
                    restart-time = %d
                    deferral-time = 30
                %s""".formatted(
                        Terms.THEIR_AS,
                        Link.text(terms.six() ? link.oursSix : link.ours),
                        Terms.OUR_AS,
                        terms.key(),
                        !terms.theyDial(),
                        terms.restartSeconds() > 0,
                        Math.max(1, terms.restartSeconds()),
                        families));
        Files.deleteIfExists(folder.resolve("gobgp.sock"));
        var socket = "unix://" + folder.resolve("gobgp.sock");
        var daemon = Daemon.start(
                folder,
                link.inside(List.of(("gobgpd -f gobgpd.toml --pprof-disable --api-hosts " + socket
                                + (terms.restarting() ? " --graceful-restart" : ""))
                        .split(" "))),
                List.of("gobgp", "--target", socket));
        try {
            if (terms.routes() > 0) {
                inject(daemon, folder, link, terms);
            }
            return daemon;
        } catch (Exception | Error failed) {
            daemon.close();
            throw failed;
        }
    }

    private static void inject(Daemon daemon, Path folder, Link link, Terms terms) throws Exception {
        Await.until("gobgpd answers", () -> daemon.ask("global").contains("10.0.0.100"));
        for (boolean six : List.of(false, true)) {
            var file = folder.resolve(six ? "six.mrt" : "four.mrt");
            MrtRoutes.write(file, terms, link, six);
            var inject = "mrt inject global " + file + (six ? " --nexthop " + Link.text(link.theirsSix) : "");
            Await.until("gobgpd has its routes", () -> {
                daemon.ask(inject);
                return daemon.ask("global rib -a " + (six ? "ipv6" : "ipv4"))
                                .lines()
                                .filter(line -> line.contains(Terms.COMMUNITY))
                                .count()
                        == terms.routes();
            });
        }
    }

    @Override
    public Map<String, String> table(Daemon daemon, Link link, boolean six) throws Exception {
        var table = new HashMap<String, String>();
        var text = daemon.ask("global rib -a " + (six ? "ipv6" : "ipv4"));
        for (var line : LINE.matcher(text).results().toList()) {
            table.put(
                    line.group(1),
                    line.group(2) + "|" + line.group(3).strip() + "|"
                            + Frr.find(line.group(4), "Communities: ([^}]*)").replace(",", ""));
        }
        return table;
    }

    @Override
    public boolean askForRefresh(Daemon daemon, Link link) {
        return false;
    }

    @Override
    public boolean shutDown(Daemon daemon, Link link, String text) throws Exception {
        daemon.ask("neighbor " + link.ours.getHostAddress() + " shutdown --reason " + text);
        return true;
    }

    @Override
    public String cannot(Feature feature) {
        return switch (feature) {
            case EXTENDED -> "it does not know RFC 8654";
            case THEIR_REFRESH -> "it never asks: its soft reset judges again what it kept";
            default -> "";
        };
    }
}
