package ecmplab.lab.drill;

import ecmplab.lab.control.Json;
import ecmplab.lab.drill.FloodCost.Loss;
import ecmplab.lab.drill.FloodCost.Share;
import ecmplab.lab.file.Drill;
import ecmplab.lab.file.Lab;
import ecmplab.lab.file.Node;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Has a client flood a VIP, and finds out from the nodes' counters what became of the packets. */
final class Floods {
    /** A flooded machine may be slow to answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Lab lab;
    private final Asking asking;

    Floods(Lab lab, Asking asking) {
        this.lab = lab;
        this.asking = asking;
    }

    /** What has been counted so far. */
    private record Counts(Map<Share, Share> shares, Map<Loss, Loss> losses) {}

    /** A flood that goes on. */
    final class Running {
        private final Drill.Step step;
        private final Counts before;

        private Running(Drill.Step step, Counts before) {
            this.step = step;
            this.before = before;
        }

        /** Ends it. */
        FloodCost stop() throws IOException {
            var status = Json.MAPPER.readTree(asking.said(step.target(), List.of("flood", "stop", "--json"), PATIENCE));
            var failure = status.path("failure").asString("");
            if (!failure.isEmpty()) {
                throw new IOException(step + ": " + failure);
            }
            var after = counts();
            return new FloodCost(
                    step.toString(),
                    status.get("by").asString(),
                    status.get("sent").asLong(),
                    status.get("seconds").asDouble(),
                    shares(after),
                    losses(after));
        }

        private List<Share> shares(Counts after) {
            var shares = new ArrayList<Share>();
            after.shares.forEach((key, now) -> {
                var then = before.shares.getOrDefault(key, key);
                shares.add(
                        new Share(key.mux(), key.vip(), now.forwarded() - then.forwarded(), now.shed() - then.shed()));
            });
            return shares;
        }

        private List<Loss> losses(Counts after) {
            var losses = new ArrayList<Loss>();
            after.losses.forEach((key, now) -> {
                long count = now.count() - before.losses.getOrDefault(key, key).count();
                if (count > 0) {
                    losses.add(new Loss(key.node(), key.where(), key.reason(), count));
                }
            });
            losses.sort(Comparator.comparingLong(Loss::count).reversed());
            return losses;
        }
    }

    /** Begins the flood of the step. */
    Running start(Drill.Step step) throws IOException {
        var before = counts();
        var words = new ArrayList<>(List.of("flood", "start"));
        words.addAll(List.of(step.how().split(" +")));
        asking.said(step.target(), words, PATIENCE);
        return new Running(step, before);
    }

    private Counts counts() {
        var counts = new Counts(new LinkedHashMap<>(), new LinkedHashMap<>());
        for (var node : lab.nodes()) {
            if (node instanceof Node.Mux) {
                shares(node.name(), counts.shares);
            }
            if (node instanceof Node.Router || node instanceof Node.Mux || node instanceof Node.Host) {
                for (var row : asking.jsonOrNothing(node.name(), List.of("show", "drops", "all", "--json"))) {
                    var where = row.get("where").asString();
                    var reason = row.get("reason").asString();
                    counts.losses.put(
                            new Loss(node.name(), where, reason, 0),
                            new Loss(
                                    node.name(), where, reason, row.get("count").asLong()));
                }
            }
        }
        return counts;
    }

    private void shares(String mux, Map<Share, Share> shares) {
        var forwarded = new LinkedHashMap<String, Long>();
        for (var row : asking.jsonOrNothing(mux, List.of("show", "vip", "--json"))) {
            forwarded.merge(
                    vip(row.get("endpoint").asString()), row.get("packets").asLong(), Long::sum);
        }
        for (var row : asking.jsonOrNothing(mux, List.of("show", "talkers", "--json"))) {
            var vip = row.get("vip").asString();
            shares.put(
                    new Share(mux, vip, 0, 0),
                    new Share(
                            mux,
                            vip,
                            forwarded.getOrDefault(vip, 0L),
                            row.get("shed").asLong()));
        }
    }

    /** Of an endpoint such as {@code tcp:203.0.113.10:80}. */
    private static String vip(String endpoint) {
        return endpoint.substring(endpoint.indexOf(':') + 1, endpoint.lastIndexOf(':'));
    }
}
