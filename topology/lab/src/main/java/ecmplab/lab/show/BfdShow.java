package ecmplab.lab.show;

import ecmplab.bgp.bfd.BfdSnapshot;
import ecmplab.bgp.speaker.Speaker;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import ecmplab.packet.AddressText;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code show bfd peers}, with FRRouting's words and keys. */
final class BfdShow {
    private final Speaker speaker;

    private BfdShow(Speaker speaker) {
        this.speaker = speaker;
    }

    static void add(CommandTree commands, Speaker speaker) {
        var show = new BfdShow(speaker);
        commands.on("show bfd peers", values -> show.peers())
                .on("show bfd peers brief", values -> show.brief())
                .on("show bfd peers counters", values -> show.counters())
                .on("show bfd peer ADDRESS", show::peer);
    }

    private Answer peers() {
        var sessions = speaker.bfdSessions();
        return Answer.of(
                sessions.stream().map(BfdShow::json).toList(),
                () -> "BFD Peers:\n" + sessions.stream().map(BfdShow::text).collect(Collectors.joining("\n")));
    }

    private Answer peer(Map<String, String> values) {
        try {
            var address = InetAddress.ofLiteral(values.getOrDefault("ADDRESS", ""));
            return speaker.bfdSessions().stream()
                    .filter(session -> session.remote().equals(address))
                    .findFirst()
                    .map(session -> Answer.of(json(session), () -> "BFD Peer:\n" + text(session)))
                    .orElseGet(() -> Answer.noSuch("% No such BFD peer: " + AddressText.of(address)));
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
    }

    private Answer brief() {
        var sessions = speaker.bfdSessions();
        return Answer.of(
                sessions.stream().map(BfdShow::json).toList(),
                () -> "Session count: " + sessions.size() + "\n"
                        + TextTable.render(
                                List.of("SessionId", "LocalAddress", "PeerAddress", "Status"),
                                sessions.stream()
                                        .map(session -> List.of(
                                                Integer.toUnsignedString(session.localDiscriminator()),
                                                AddressText.of(session.local()),
                                                AddressText.of(session.remote()),
                                                status(session)))
                                        .toList()));
    }

    private Answer counters() {
        var sessions = speaker.bfdSessions();
        var json = new LinkedHashMap<String, Object>();
        json.put(
                "peers",
                sessions.stream()
                        .map(session -> Map.of(
                                "peer", AddressText.of(session.remote()),
                                "control-packet-input", session.counts().received(),
                                "control-packet-output", session.counts().sent(),
                                "session-up", session.counts().ups(),
                                "session-down", session.counts().failures()))
                        .toList());
        speaker.bfdCounters().ifPresent(counters -> {
            json.put("received", counters.received());
            json.put(
                    "discarded",
                    counters.discarded().entrySet().stream()
                            .collect(Collectors.toMap(each -> word(each.getKey()), Map.Entry::getValue)));
            json.put("scheduling", counters.scheduling());
        });
        return Answer.of(json, () -> {
            var text = new StringBuilder();
            sessions.forEach(session -> text.append(AddressText.of(session.remote()))
                    .append(": ")
                    .append(session.counts().received())
                    .append(" packets in, ")
                    .append(session.counts().sent())
                    .append(" out, up ")
                    .append(session.counts().ups())
                    .append(" times, failed ")
                    .append(session.counts().failures())
                    .append("\n"));
            speaker.bfdCounters().ifPresent(counters -> {
                text.append(counters.received()).append(" packets in all\n");
                counters.discarded().entrySet().stream()
                        .filter(each -> each.getValue() > 0)
                        .sorted(Map.Entry.comparingByKey())
                        .forEach(each -> text.append(word(each.getKey()))
                                .append(' ')
                                .append(each.getValue())
                                .append('\n'));
            });
            return text.isEmpty() ? "no BFD session\n" : text.toString();
        });
    }

    private static String word(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String status(BfdSnapshot session) {
        return word(session.state()).replace("-", "");
    }

    private static Map<String, Object> json(BfdSnapshot session) {
        var json = new LinkedHashMap<String, Object>();
        json.put("multihop", false);
        json.put("peer", AddressText.of(session.remote()));
        json.put("local", AddressText.of(session.local()));
        json.put("vrf", "default");
        json.put("id", Integer.toUnsignedLong(session.localDiscriminator()));
        json.put("remote-id", Integer.toUnsignedLong(session.remoteDiscriminator()));
        json.put("passive-mode", false);
        json.put("status", status(session));
        json.put(
                status(session).equals("up") ? "uptime" : "downtime",
                Duration.between(session.since(), Instant.now()).toSeconds());
        json.put("diagnostic", word(session.diagnostic()));
        json.put("remote-diagnostic", word(session.peer().diagnostic()));
        json.put("receive-interval", session.configured().receive().toMillis());
        json.put("transmit-interval", session.transmitInterval().toMillis());
        json.put("detect-multiplier", session.configured().multiplier());
        json.put("detection-time", session.detectionTime().toMillis());
        json.put("remote-receive-interval", session.peer().requiredReceive().toMillis());
        json.put("remote-transmit-interval", session.peer().desiredTransmit().toMillis());
        json.put("remote-detect-multiplier", session.peer().multiplier());
        if (session.lastFailure() != null) {
            json.put("last-failure", session.lastFailure().toString());
        }
        return json;
    }

    private static String text(BfdSnapshot session) {
        var text = new StringBuilder();
        text.append("  peer ").append(AddressText.of(session.remote()));
        text.append(" local-address ").append(AddressText.of(session.local())).append('\n');
        text.append("    ID: ").append(Integer.toUnsignedString(session.localDiscriminator()));
        text.append(", remote ID: ")
                .append(Integer.toUnsignedString(session.remoteDiscriminator()))
                .append('\n');
        text.append("    Status: ").append(status(session)).append(" for ");
        text.append(Uptime.since(session.since(), Instant.now())).append('\n');
        text.append("    Diagnostics: ").append(word(session.diagnostic()));
        text.append(", remote ").append(word(session.peer().diagnostic())).append('\n');
        text.append("    Local timers: detect-multiplier ")
                .append(session.configured().multiplier());
        text.append(", receive ")
                .append(session.configured().receive().toMillis())
                .append(" ms, transmit ");
        text.append(session.transmitInterval().toMillis()).append(" ms\n");
        text.append("    Remote timers: detect-multiplier ")
                .append(session.peer().multiplier());
        text.append(", receive ").append(session.peer().requiredReceive().toMillis());
        text.append(" ms, transmit ")
                .append(session.peer().desiredTransmit().toMillis())
                .append(" ms\n");
        text.append("    Detection time ")
                .append(session.detectionTime().toMillis())
                .append(" ms\n");
        var last = session.lastFailure();
        return last == null
                ? text.toString()
                : text.append("    Last failure: ").append(last).append('\n').toString();
    }
}
