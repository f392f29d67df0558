package ecmplab.lab.speaker;

import ecmplab.bgp.speaker.OwnRoute;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.file.RouteText;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Orders to a speaker on a control socket, in its own words and in those of vtysh ({@code clear bgp ...}). */
public final class SpeakerOrders {
    private static final String NO_TEXT = "";

    private final Speaker speaker;

    private SpeakerOrders(Speaker speaker) {
        this.speaker = speaker;
    }

    /** Adds the commands to those of a control socket. */
    public static void add(CommandTree commands, Speaker speaker) {
        var orders = new SpeakerOrders(speaker);
        commands.on("bgp announce ROUTE", orders::announce)
                .on("bgp withdraw PREFIX", orders::withdraw)
                .on("bgp drain", values -> orders.drain(false))
                .on("bgp drain restore", values -> orders.drain(true))
                .on("bgp neighbor NEIGHBOR shutdown [TEXT]", orders::shutdown)
                .on("bgp neighbor NEIGHBOR start", orders::start)
                .on("bgp neighbor NEIGHBOR reset [TEXT]", orders::reset)
                .on("bgp neighbor NEIGHBOR refresh [in|out]", orders::refresh)
                .on("bgp policy test NEIGHBOR in|out ROUTE", orders::test);
        for (var family : List.of("", "ipv4 unicast ", "ipv6 unicast ", "ip ")) {
            var clear = family.equals("ip ") ? "clear ip bgp NEIGHBOR" : "clear bgp " + family + "NEIGHBOR";
            commands.on(clear, orders::reset)
                    .on(clear + " soft [in|out]", orders::refresh)
                    .on(clear + " in|out", orders::refresh);
        }
    }

    private Answer announce(Map<String, String> values) {
        try {
            var route = RouteText.parse(
                    values.getOrDefault("ROUTE", ""), speaker.config().asn());
            speaker.announce(route);
            return Answer.line("announced " + route.prefix());
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Answer withdraw(Map<String, String> values) {
        try {
            var prefix = Prefix.parse(values.getOrDefault("PREFIX", ""));
            if (!speaker.ownRoutes().containsKey(prefix)) {
                return Answer.noSuch(prefix + " is not announced here");
            }
            speaker.withdraw(prefix);
            return Answer.line("withdrawn " + prefix);
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Answer drain(boolean restore) {
        int routes = speaker.ownRoutes().size();
        if (restore) {
            speaker.endDrain();
            return Answer.line("announced " + routes + " own routes without GRACEFUL_SHUTDOWN");
        }
        speaker.drain();
        return Answer.line("announced " + routes + " own routes with GRACEFUL_SHUTDOWN (RFC 8326)");
    }

    private Answer shutdown(Map<String, String> values) {
        return each(values, (address, text) -> {
            speaker.shutdownNeighbor(address, text);
            return "is down until started: Cease/2" + quoted(text);
        });
    }

    private Answer start(Map<String, String> values) {
        return each(values, (address, text) -> {
            speaker.startNeighbor(address);
            return "is started";
        });
    }

    private Answer reset(Map<String, String> values) {
        return each(values, (address, text) -> {
            speaker.resetNeighbor(address, text);
            return "is reset: Cease/4" + quoted(text);
        });
    }

    /** Without a direction both, as vtysh has it. */
    private Answer refresh(Map<String, String> values) {
        var direction = values.getOrDefault("in|out", "");
        return each(values, (address, text) -> {
            var said = new ArrayList<String>();
            if (!direction.equals("out")) {
                said.add(speaker.refreshIn(address) ? "is asked for its routes" : "cannot be asked for its routes now");
            }
            if (!direction.equals("in")) {
                said.add(speaker.refreshOut(address) ? "is told all routes again" : "cannot be told routes now");
            }
            return String.join(", ", said);
        });
    }

    private static String quoted(String text) {
        return text.isEmpty() ? "" : " \"" + text + "\"";
    }

    /** Does it to one neighbour, to those of a group, or with {@code *} or {@code all} to all. */
    private Answer each(Map<String, String> values, BiFunction<InetAddress, String, String> order) {
        var who = values.getOrDefault("NEIGHBOR", "");
        var text = values.getOrDefault("TEXT", NO_TEXT);
        var addresses = speaker.summary().peers().stream()
                .filter(peer -> who.equals("*")
                        || who.equals("all")
                        || peer.address().getHostAddress().equals(who)
                        || (!peer.group().isEmpty() && peer.group().equals(who))
                        || same(peer.address(), who))
                .map(peer -> peer.address())
                .toList();
        if (addresses.isEmpty()) {
            return Answer.noSuch("no neighbour or peer group '" + who + "'");
        }
        var lines = addresses.stream()
                .map(address -> address.getHostAddress() + " " + order.apply(address, text))
                .toList();
        return Answer.line(String.join("\n", lines));
    }

    /** IPv6 has many ways to write an address. */
    private static boolean same(InetAddress address, String text) {
        try {
            return text.indexOf(':') >= 0 && InetAddress.ofLiteral(text).equals(address);
        } catch (IllegalArgumentException another) {
            return false;
        }
    }

    private Answer test(Map<String, String> values) {
        boolean in = values.getOrDefault("in|out", "in").equals("in");
        try {
            var address = InetAddress.ofLiteral(values.getOrDefault("NEIGHBOR", ""));
            var written = values.getOrDefault("ROUTE", "");
            var route = RouteText.parse(written, speaker.config().asn());
            var probe = PolicyProbe.of(speaker.config(), address, in);
            if (probe.isEmpty()) {
                return Answer.noSuch("no neighbour " + address.getHostAddress());
            }
            var real = written.indexOf('{') < 0 ? inTheTable(address, in, route) : route;
            return probe.get().answer(real.prefix(), probe.get().complete(real.attributes()));
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    /** The route as the neighbour announced it, or as it is best, when there is one; otherwise as it was given. */
    private OwnRoute inTheTable(InetAddress neighbor, boolean in, OwnRoute given) {
        return speaker.route(given.prefix()).stream()
                .flatMap(route -> route.paths().stream())
                .filter(path -> in
                        ? path.peer().address().equals(neighbor)
                        : path.reason().isUsed())
                .findFirst()
                .map(path -> new OwnRoute(given.prefix(), in ? path.receivedAttributes() : path.attributes()))
                .orElse(given);
    }
}
