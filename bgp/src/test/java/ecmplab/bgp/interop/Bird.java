package ecmplab.bgp.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** BIRD 2. */
final class Bird implements Contender {
    private static final Pattern ENTRY = Pattern.compile(
            "(?m)^(\\S+/\\d+) +unicast \\[ours (.*?)(?=^\\S+/\\d+ |\\z)", Pattern.DOTALL | Pattern.MULTILINE);

    @Override
    public String title() throws Exception {
        return "BIRD " + Daemon.version("bird", "--version");
    }

    @Override
    public Daemon start(Path folder, Link link, Terms terms) throws Exception {
        var routes = new StringBuilder();
        for (boolean six : List.of(false, true)) {
            routes.append("protocol static { ").append(six ? "ipv6" : "ipv4").append(";\n");
            terms.theirRoutes(six)
                    .forEach(prefix -> routes.append(" route ").append(prefix).append(" blackhole;\n"));
            routes.append("}\n");
        }
        var channel =
                "import all; export filter { if source != RTS_STATIC then reject; bgp_community.add((65100,7)); accept; };"
                        + (terms.addPath() ? " add paths yes;" : "");
        Files.writeString(folder.resolve("bird.conf"), """
                router id 10.0.0.100;
                protocol device {}
                protocol direct { ipv4; ipv6; }
                %s
                protocol bgp ours {
                 local %s as %d;
                 neighbor %s as %d;
                 direct;
                 %s %s %s
                 enable extended messages yes;
                 connect delay time 1; connect retry time 1; error wait time 1, 2;
                 ipv4 { %s next hop address %s; };
                 ipv6 { %s next hop address %s; };
                }
                """.formatted(
                        routes,
                        (terms.six() ? link.theirsSix : link.theirs).getHostAddress(),
                        Terms.THEIR_AS,
                        (terms.six() ? link.oursSix : link.ours).getHostAddress(),
                        Terms.OUR_AS,
                        terms.theyDial() ? "" : "passive yes;",
                        terms.key().isEmpty() ? "" : "password \"" + terms.key() + "\";",
                        terms.restartSeconds() == 0
                                ? ""
                                : "graceful restart on; graceful restart time " + terms.restartSeconds() + ";",
                        channel,
                        link.theirs.getHostAddress(),
                        channel,
                        link.theirsSix.getHostAddress()));
        return Daemon.start(
                folder,
                link.inside(List.of(("bird -f -c bird.conf -s bird.ctl -P bird.pid" + (terms.restarting() ? " -R" : ""))
                        .split(" "))),
                List.of("birdc", "-s", "bird.ctl"));
    }

    @Override
    public Map<String, String> table(Daemon daemon, Link link, boolean six) throws Exception {
        var table = new HashMap<String, String>();
        var text = daemon.ask("show route all protocol ours table master" + (six ? "6" : "4"));
        for (var entry : ENTRY.matcher(text).results().toList()) {
            var body = entry.group(2);
            table.put(
                    entry.group(1),
                    Frr.find(body, "BGP.next_hop: (\\S+)") + "|" + Frr.find(body, "BGP.as_path: (.*)") + "|"
                            + Frr.find(body, "BGP.community: (.*)")
                                    .replace("(", "")
                                    .replace(")", "")
                                    .replace(',', ':'));
        }
        return table;
    }

    @Override
    public boolean askForRefresh(Daemon daemon, Link link) throws Exception {
        daemon.ask("reload in ours");
        return true;
    }

    @Override
    public boolean shutDown(Daemon daemon, Link link, String text) throws Exception {
        daemon.ask("disable ours \"" + text + "\"");
        return true;
    }

    @Override
    public boolean shows(Daemon daemon, String text) throws Exception {
        return daemon.ask("show protocols all ours").contains(text)
                || daemon.log().contains(text);
    }
}
