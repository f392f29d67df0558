package ecmplab.bgp.interop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * OpenBGPD. On a session over IPv4, 7.7 takes the first IPv6 address of the namespace as the next hop of its IPv6 routes, which would
 * be {@code ::1}: so that of the link stands on the loopback interface in its stead.
 */
final class OpenBgpd implements Contender {
    private static final Pattern ENTRY = Pattern.compile(
            "BGP routing table entry for (\\S+)\\s*\\n(.*?)(?=BGP routing table entry|\\z)", Pattern.DOTALL);

    @Override
    public String title() throws Exception {
        return "OpenBGPD " + Daemon.version("/usr/sbin/bgpd", "-V");
    }

    @Override
    public Daemon start(Path folder, Link link, Terms terms) throws Exception {
        var routes = new StringBuilder();
        for (boolean six : List.of(false, true)) {
            terms.theirRoutes(six)
                    .forEach(prefix -> routes.append("network ")
                            .append(prefix)
                            .append(" set community ")
                            .append(Terms.COMMUNITY)
                            .append('\n'));
        }
        var conf = folder.resolve("bgpd.conf");
        Files.writeString(conf, """
                AS %d
                router-id 10.0.0.100
                fib-update no
                listen on %s
                listen on %s
                socket "%s"
                connect-retry 1
                %s
                neighbor %s {
                 remote-as %d
                 %s
                 %s
                 announce IPv4 unicast
                 announce IPv6 unicast
                 announce enhanced refresh yes
                 %s
                }
                allow from any
                allow to any
                """.formatted(
                        Terms.THEIR_AS,
                        link.theirs.getHostAddress(),
                        link.theirsSix.getHostAddress(),
                        folder.resolve("bgpd.sock"),
                        routes,
                        (terms.six() ? link.oursSix : link.ours).getHostAddress(),
                        Terms.OUR_AS,
                        terms.theyDial() ? "" : "passive",
                        terms.key().isEmpty() ? "" : "tcp md5sig password " + terms.key(),
                        terms.addPath() ? "announce add-path recv yes\n announce add-path send all" : ""));
        Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rw-------"));
        return Daemon.start(
                folder,
                link.inside(List.of(
                        "sh",
                        "-c",
                        "ip -6 addr flush dev lo; ip addr add %s/128 dev lo nodad; mkdir -p /run/openbgpd; exec /usr/sbin/bgpd -d -v -f %s"
                                .formatted(link.theirsSix.getHostAddress(), conf))),
                List.of("bgpctl", "-s", folder.resolve("bgpd.sock").toString()));
    }

    @Override
    public Map<String, String> table(Daemon daemon, Link link, boolean six) throws Exception {
        var table = new HashMap<String, String>();
        var text = daemon.ask("show rib " + (six ? "inet6" : "inet") + " detail source-as " + Terms.OUR_AS);
        for (var entry : ENTRY.matcher(text).results().toList()) {
            var body = entry.group(2);
            table.put(
                    entry.group(1),
                    Frr.find(body, "Nexthop (\\S+)") + "|" + Frr.find(body, "^\\s+([0-9 ]+)\\n") + "|"
                            + Frr.find(body, "(?m)^\\s+Communities: (.*)$"));
        }
        return table;
    }

    @Override
    public boolean askForRefresh(Daemon daemon, Link link) throws Exception {
        daemon.ask("neighbor " + link.ours.getHostAddress() + " refresh");
        return true;
    }

    @Override
    public boolean shutDown(Daemon daemon, Link link, String text) throws Exception {
        daemon.ask("neighbor " + link.ours.getHostAddress() + " down " + text.replace(' ', '_'));
        return true;
    }

    @Override
    public String cannot(Feature feature) {
        return switch (feature) {
            case OUR_REFRESH -> "it says \"AID IPv4 unicast not negotiated\" of families that it exchanges";
            case EXTENDED -> "it does not know RFC 8654";
            case RESTART_KEPT, RESTART_GONE -> "it offers graceful restart for no family";
            default -> "";
        };
    }
}
