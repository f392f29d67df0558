package ecmplab.lab.show;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.speaker.NeighborConfig;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.bgp.speaker.SpeakerConfig;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.Json;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Our JSON beside FRRouting's own, of the same neighbour with the same routes: every key of ours is there too, with a value of the same
 * type, or is in the list of those we add; every key that is only there is in the list of what we do not say.
 */
@Needs(Need.FRR)
class FrrKeysTest {
    private static final InetAddress OURS = InetAddress.ofLiteral("127.0.9.1");
    private static final InetAddress FRR = InetAddress.ofLiteral("127.0.9.2");
    private static final InetAddress ANNOUNCER = InetAddress.ofLiteral("127.0.9.3");

    /** What we say and FRRouting does not, by command. */
    private static final Map<String, Set<String>> ADDED = Map.of(
            "summary", Set.of("peers.*.lastReset"),
            "table", Set.of("routes.*.locPrf", "routes.*.reason"),
            "prefix", Set.of("paths.locPrf", "paths.reason"),
            "received", Set.of(),
            "neighbor",
                    Set.of(
                            "*.addressFamilyInfo.ipv4Unicast.overLimitCounter",
                            "*.addressFamilyInfo.ipv4Unicast.receivedPrefixCounter",
                            "*.addressFamilyInfo.ipv4Unicast.rejectedByPolicyCounter",
                            "*.addressFamilyInfo.ipv4Unicast.stalePrefixCounter",
                            "*.addressFamilyInfo.ipv4Unicast.updateGroupSize",
                            "*.asLoops",
                            "*.connectionsDialled",
                            "*.discardedAttributes",
                            "*.exportPolicy",
                            // only once sent or received there
                            "*.gracefulRestartInfo.endOfRibRecv.ipv4Unicast",
                            "*.gracefulRestartInfo.endOfRibSend.ipv4Unicast",
                            "*.importPolicy",
                            "*.lastResetDueTo",
                            "*.neighborCapabilities.hostName.rcvDomainName",
                            "*.neighborCapabilities.hostName.rcvHostName",
                            "*.neighborCapabilities.received",
                            "*.neighborCapabilities.softwareVersion",
                            "*.refusedRoutes",
                            "*.treatedAsWithdraw"));

    /** What FRRouting says and we do not, by command: its own threads, timers, memory and features that are not here. */
    private static final Map<String, Set<String>> LACKING = Map.of(
            "summary", Set.of("peerMemory", "peers.*.hostname"),
            "table", Set.of("routes.*.nexthops.hostname", "routes.*.version"),
            "prefix",
                    Set.of(
                            "advertisedTo",
                            "paths.lastUpdate",
                            "paths.nexthops.hostname",
                            "paths.peer.hostname",
                            "paths.version",
                            "version"),
            "received", Set.of("receivedRoutes.*.appliedStatusSymbols.>"),
            "neighbor",
                    Set.of(
                            "*.addressFamilyInfo.ipv4Unicast.commAttriSentToNbr",
                            "*.addressFamilyInfo.ipv4Unicast.subGroupId",
                            "*.addressFamilyInfo.ipv4Unicast.updateGroupId",
                            "*.bgpConnection",
                            "*.bgpInUpdateElapsedTimeMsecs",
                            "*.bgpTimerConfiguredConditionalAdvertisementsSec",
                            "*.estimatedRttInMsecs",
                            "*.extendedOptionalParametersLength",
                            "*.gracefulRestartInfo.ipv4Unicast",
                            "*.gracefulRestartInfo.timers.configuredRestartTimer",
                            "*.hostname",
                            "*.lastResetCode",
                            "*.lastResetDueTo",
                            "*.lastResetTimerMsecs",
                            "*.neighborCapabilities.addPath",
                            "*.neighborCapabilities.addressFamiliesByPeer",
                            "*.neighborCapabilities.longLivedGracefulRestart",
                            "*.nexthop",
                            "*.nexthopGlobal",
                            "*.nexthopLocal",
                            "*.readThread",
                            "*.writeThread"));

    @TempDir
    Path folder;

    private final EventFeed feed = new EventFeed(InstantSource.system());
    private final CommandTree commands = new CommandTree();
    private final Speaker ours = speaker(OURS, 65000, "10.99.0.1", List.of(passive()));
    private @Nullable Process bgpd;
    private @Nullable Speaker announcer;

    @AfterEach
    void end() throws InterruptedException {
        ours.close();
        if (announcer != null) {
            announcer.close();
        }
        if (bgpd != null) {
            bgpd.destroy();
            bgpd.waitFor();
        }
    }

    private static NeighborConfig passive() {
        return NeighborConfig.of(SessionConfig.of(ANNOUNCER, Asn.of(65001), Asn.of(65000), RouterId.parse("10.99.0.1"))
                        .withPassive(true)
                        .withLocalAddress(OURS))
                .withDescription("the announcer");
    }

    private static Speaker speaker(InetAddress address, int as, String id, List<NeighborConfig> neighbors) {
        return Speaker.start(
                SpeakerConfig.of(Asn.of(as), RouterId.parse(id))
                        .withListen(List.of(new InetSocketAddress(address, 0)))
                        .withNeighbors(neighbors),
                changes -> {},
                event -> {});
    }

    private static NeighborConfig dialled(InetAddress to, int port) {
        return NeighborConfig.of(SessionConfig.of(to, Asn.of(65000), Asn.of(65001), RouterId.parse("10.99.0.3"))
                        .withLocalAddress(ANNOUNCER)
                        .withPort(port)
                        .withConnectRetry(Duration.ofMillis(300)))
                .withNextHop(InetAddress.ofLiteral("192.0.2.9"));
    }

    @Test
    void ourJsonHasFrroutingsKeysAndTypes() throws Exception {
        BgpShow.add(commands, ours, feed);
        int port = startBgpd();
        var dialling = speaker(
                ANNOUNCER,
                65001,
                "10.99.0.3",
                List.of(dialled(OURS, ours.listening().getFirst().getPort()), dialled(FRR, port)));
        announcer = dialling;
        dialling.announce(Prefix.parse("203.0.113.0/24"), 0xFDE9_0007);
        Await.until(
                "both have the route",
                () -> ours.route(Prefix.parse("203.0.113.0/24")).isPresent()
                        && frr("show bgp ipv4 unicast 203.0.113.0/24 json").has("paths"));
        compare("summary", "show bgp ipv4 unicast summary json");
        compare("table", "show bgp ipv4 unicast json");
        compare("prefix", "show bgp ipv4 unicast 203.0.113.0/24 json");
        compare("neighbor", "show bgp neighbors 127.0.9.3 json");
        compare("received", "show bgp ipv4 unicast neighbors 127.0.9.3 received-routes json");
    }

    private void compare(String what, String command) {
        var types = new TreeMap<String, String>();
        var added = new TreeSet<String>();
        var lacking = new TreeSet<String>();
        walk("", ours(command), frr(command), types, added, lacking);
        assertEquals(Map.of(), types, what + ": other types than FRRouting's");
        added.removeAll(ADDED.getOrDefault(what, Set.of()));
        assertEquals(Set.of(), added, what + ": keys of ours that FRRouting has not");
        lacking.removeAll(LACKING.getOrDefault(what, Set.of()));
        assertEquals(Set.of(), lacking, what + ": keys of FRRouting that we lack");
    }

    private static void walk(
            String at, JsonNode ours, JsonNode frr, Map<String, String> types, Set<String> added, Set<String> lacking) {
        if (ours.isArray() && frr.isArray()) {
            if (!ours.isEmpty() && !frr.isEmpty()) {
                walk(at, ours.get(0), frr.get(0), types, added, lacking);
            }
            return;
        }
        if (!ours.isObject() || !frr.isObject()) {
            if (ours.getNodeType() != frr.getNodeType()) {
                types.put(at, ours.getNodeType() + " is " + frr.getNodeType() + " there");
            }
            return;
        }
        for (var member : ours.properties()) {
            var name = at + (at.isEmpty() ? "" : ".") + general(member.getKey());
            var there = frr.get(member.getKey());
            if (there == null) {
                added.add(name);
            } else {
                walk(name, member.getValue(), there, types, added, lacking);
            }
        }
        frr.properties().stream()
                .map(Map.Entry::getKey)
                .filter(name -> !ours.has(name))
                .forEach(name -> lacking.add(at + (at.isEmpty() ? "" : ".") + general(name)));
    }

    /** Addresses and prefixes stand for any. */
    private static String general(String name) {
        return name.matches("[0-9.]+(/[0-9]+)?") ? "*" : name;
    }

    private JsonNode ours(String command) {
        var words = List.of(command.replace(" json", "").split(" "));
        var out = new StringWriter();
        try {
            ((ecmplab.lab.control.Answer.Known) commands.answer(words)).json().write(out);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return Json.MAPPER.readTree(out.toString());
    }

    private JsonNode frr(String command) {
        try {
            var vtysh = new ProcessBuilder("vtysh", "--vty_socket", folder.toString(), "-d", "bgpd", "-c", command)
                    .redirectErrorStream(true)
                    .start();
            var text = new String(vtysh.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            vtysh.waitFor();
            return text.startsWith("{") ? Json.MAPPER.readTree(text) : Json.MAPPER.createObjectNode();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private int startBgpd() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, FRR)) {
            port = free.getLocalPort();
        }
        var config = Files.writeString(folder.resolve("bgpd.conf"), """
                router bgp 65000
                 bgp router-id 10.99.0.2
                 no bgp ebgp-requires-policy
                 bgp bestpath as-path multipath-relax
                 neighbor 127.0.9.3 remote-as 65001
                 neighbor 127.0.9.3 description the announcer
                 neighbor 127.0.9.3 disable-connected-check
                 neighbor 127.0.9.3 passive
                 neighbor 127.0.9.3 timers 3 9
                 address-family ipv4 unicast
                  neighbor 127.0.9.3 soft-reconfiguration inbound
                 exit-address-family
                """);
        bgpd = new ProcessBuilder(
                        "/usr/lib/frr/bgpd",
                        "-S",
                        "-n",
                        "-Z",
                        "-p",
                        "" + port,
                        "-l",
                        FRR.getHostAddress(),
                        "--vty_socket",
                        folder.toString(),
                        "-i",
                        folder.resolve("bgpd.pid").toString(),
                        "-f",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("bgpd.log").toFile())
                .start();
        return port;
    }
}
