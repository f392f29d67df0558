package ecmplab.lab.node;

import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.fabric.NodeConfig.ClientConfig;
import ecmplab.lab.traffic.Flood;
import ecmplab.lab.traffic.FlowRecord;
import ecmplab.lab.traffic.FlowTraffic;
import ecmplab.lab.traffic.HttpRequests;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A client of the VIPs: drives traffic when told, over the kernel's TCP stack in its namespace. */
final class ClientNode implements NodeRuntime {
    private static final Pattern DESTINATION =
            Pattern.compile("(?:(?<ipv4>[0-9.]+)|\\[(?<ipv6>[0-9a-fA-F:.]+)]):(?<port>[0-9]{1,5})");

    private final ClientConfig config;
    private @Nullable FlowTraffic traffic;
    private @Nullable Flood flood;

    ClientNode(ClientConfig config, CommandTree commands) {
        this.config = config;
        commands.on("traffic start DESTINATION FLOWS PAUSE_MS", this::start)
                .on("traffic stop", values -> stop())
                .on("traffic status", values -> withTraffic(ClientNode::status))
                .on("traffic records", values -> withTraffic(ClientNode::records))
                .on("flood start DESTINATION RATE PORTS", this::startFlood)
                .on("flood stop", values -> stopFlood())
                .on("flood status", values -> floodStatus())
                .on("http get DESTINATION COUNT", ClientNode::http);
    }

    private synchronized Answer start(Map<String, String> values) {
        if (traffic != null) {
            return Answer.isFalse("traffic runs already: stop it first");
        }
        try {
            traffic = FlowTraffic.start(
                    destination(values.getOrDefault("DESTINATION", "")),
                    Integer.parseInt(values.getOrDefault("FLOWS", "")),
                    Duration.ofMillis(Long.parseLong(values.getOrDefault("PAUSE_MS", ""))));
            return Answer.line("started");
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        } catch (IOException failed) {
            return Answer.isFalse("no traffic: " + failed.getMessage());
        }
    }

    private synchronized Answer stop() {
        if (traffic == null) {
            return Answer.line("no traffic runs");
        }
        try {
            var last = traffic.status();
            traffic.close();
            traffic = null;
            return Answer.of(last, () -> "stopped: " + text(last) + "\n");
        } catch (IOException failed) {
            return Answer.isFalse("stopping: " + failed.getMessage());
        }
    }

    private synchronized Answer startFlood(Map<String, String> values) {
        if (flood != null) {
            return Answer.isFalse("a flood runs already: stop it first");
        }
        try {
            var nic = config.nics().getFirst();
            flood = Flood.start(
                    destination(values.getOrDefault("DESTINATION", "")),
                    Long.parseLong(values.getOrDefault("RATE", "")),
                    Integer.parseInt(values.getOrDefault("PORTS", "")),
                    nic.device(),
                    (Inet4Address) nic.address().address(),
                    nic.peerAddress());
            return Answer.line("started");
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        } catch (IOException failed) {
            return Answer.isFalse("no flood: " + failed.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Answer.isFalse("interrupted");
        }
    }

    private synchronized Answer stopFlood() {
        if (flood == null) {
            return Answer.line("no flood runs");
        }
        flood.close();
        var answer = floodStatus();
        flood = null;
        return answer;
    }

    private synchronized Answer floodStatus() {
        if (flood == null) {
            return Answer.isFalse("no flood runs");
        }
        var status = flood.status();
        return Answer.of(
                status,
                () -> String.format(
                        Locale.ROOT,
                        "%,d packets in %.1f s by %s%s%n",
                        status.sent(),
                        status.seconds(),
                        status.by(),
                        status.failure() == null ? "" : "; " + status.failure()));
    }

    private synchronized Answer withTraffic(java.util.function.Function<FlowTraffic, Answer> answer) {
        return traffic == null ? Answer.isFalse("no traffic runs") : answer.apply(traffic);
    }

    private static Answer status(FlowTraffic traffic) {
        var status = traffic.status();
        return Answer.of(status, () -> text(status) + "\n");
    }

    private static String text(FlowTraffic.Status status) {
        return String.format(
                Locale.ROOT,
                "%d flows: %d open, %d connecting, %d broken; %,d requests, %,d answers",
                status.flows(),
                status.open(),
                status.connecting(),
                status.broken(),
                status.requests(),
                status.answers());
    }

    private static Answer records(FlowTraffic traffic) {
        var records = traffic.records();
        return Answer.table(
                records,
                List.of("flow", "port", "vm", "outcome", "requests", "answers", "stalls", "longest"),
                () -> records.stream().map(ClientNode::row).toList());
    }

    private static List<String> row(FlowRecord flow) {
        var longest = flow.stalls().stream()
                .mapToDouble(FlowRecord.Stall::milliseconds)
                .max();
        return List.of(
                String.valueOf(flow.id()),
                String.valueOf(flow.localPort()),
                String.valueOf(flow.vm() == null ? "-" : flow.vm()),
                flow.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                String.valueOf(flow.requests()),
                String.valueOf(flow.answers()),
                String.valueOf(flow.stalls().size()),
                longest.isPresent() ? Math.round(longest.getAsDouble()) + " ms" : "-");
    }

    private static Answer http(Map<String, String> values) {
        List<HttpRequests.Result> results;
        try {
            int count = Integer.parseInt(values.getOrDefault("COUNT", ""));
            if (count < 1 || count > 10_000) {
                return Answer.usage(count + " requests: must be 1 to 10000");
            }
            results = HttpRequests.get(destination(values.getOrDefault("DESTINATION", "")), count);
        } catch (IllegalArgumentException wrong) {
            return Answer.usage(String.valueOf(wrong.getMessage()));
        }
        var code = results.stream().allMatch(HttpRequests.Result::correct) ? Answer.FINE : Answer.FALSE;
        var table = Answer.table(
                results,
                List.of("client", "answered by", "saw", "ms", ""),
                () -> results.stream()
                        .map(result -> List.of(
                                result.client(),
                                String.valueOf(result.vm() == null ? "-" : result.vm()),
                                String.valueOf(result.seen() == null ? "-" : result.seen()),
                                String.format(Locale.ROOT, "%.1f", result.milliseconds()),
                                String.valueOf(result.why() == null ? "" : result.why())))
                        .toList());
        return table.withCode(code);
    }

    /** Reads {@code 203.0.113.10:80} or {@code [2001:db8::10]:80}; no name is looked up. */
    private static InetSocketAddress destination(String text) {
        var match = DESTINATION.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "destination '" + text + "': must be such as 203.0.113.10:80 or [2001:db8::10]:80");
        }
        var address = match.group("ipv4") != null ? match.group("ipv4") : match.group("ipv6");
        return new InetSocketAddress(InetAddress.ofLiteral(address), Integer.parseInt(match.group("port")));
    }

    @Override
    public List<String> waitingFor() {
        return List.of();
    }

    @Override
    public synchronized String status() {
        return traffic == null ? "no traffic" : text(traffic.status());
    }

    @Override
    public void close() {
        stop();
        stopFlood();
    }
}
