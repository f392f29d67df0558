package ecmplab.lab.show;

import ecmplab.controller.slb.ServiceDefinition.Admin;
import ecmplab.controller.slb.SlbManager;
import ecmplab.controller.slb.SlbView;
import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.lab.control.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/** What the SLB manager wants and what was achieved, and an operator's orders to it. */
public final class ControllerShow {
    private final SlbManager manager;

    private ControllerShow(SlbManager manager) {
        this.manager = manager;
    }

    /** Adds the commands to a node's. */
    public static void add(CommandTree commands, SlbManager manager) {
        var show = new ControllerShow(manager);
        commands.on("show slb", values -> show.all())
                .on("show vip", values -> show.all())
                .on("show tables", values -> show.tables())
                .on("show agents", values -> show.agents())
                .on("backend POOL BACKEND up|drain|down", show::admin)
                .on("backend POOL BACKEND weight WEIGHT", show::weight);
    }

    /** A line for {@code lab inspect}. */
    public static String status(SlbView view) {
        long live = view.agents().stream().filter(SlbView.Agent::live).count();
        return "SLB manager " + view.role().name().toLowerCase(Locale.ROOT) + ", epoch " + view.epoch() + ", policy "
                + view.cfg() + ", " + live + " of " + view.agents().size() + " agents live";
    }

    private Answer all() {
        var view = manager.view();
        return Answer.of(view, () -> {
            var text = new StringBuilder(status(view)).append("\n\n");
            for (var endpoint : view.endpoints()) {
                text.append(endpoint.id())
                        .append(" pool ")
                        .append(endpoint.pool())
                        .append('\n');
                text.append(indented(TextTable.render(
                        List.of("backend", "admin", "weight", "serving", "why not"),
                        endpoint.backends().stream()
                                .map(backend -> List.of(
                                        backend.id(),
                                        backend.admin().name().toLowerCase(Locale.ROOT),
                                        String.valueOf(backend.weight()),
                                        backend.serving() ? "yes" : "no",
                                        backend.why()))
                                .toList())));
            }
            return text.append('\n')
                    .append(tablesText(view))
                    .append('\n')
                    .append(agentsText(view))
                    .toString();
        });
    }

    private Answer tables() {
        var view = manager.view();
        return Answer.of(view.endpoints(), () -> tablesText(view));
    }

    private static String tablesText(SlbView view) {
        var rows = new ArrayList<List<String>>();
        for (var endpoint : view.endpoints()) {
            for (var table : endpoint.generations()) {
                rows.add(List.of(
                        endpoint.id().toString(),
                        String.valueOf(table.generation()),
                        table.state().name().toLowerCase(Locale.ROOT),
                        table.digest(),
                        String.join(" ", table.members()),
                        names(table.acknowledged()),
                        names(table.missing())));
            }
        }
        return TextTable.render(
                List.of("endpoint", "gen", "state", "digest", "members", "acknowledged by", "missing"), rows);
    }

    private static String names(List<AgentIdentity> agents) {
        return agents.stream().map(AgentIdentity::id).collect(Collectors.joining(" "));
    }

    private Answer agents() {
        var view = manager.view();
        return Answer.of(view.agents(), () -> agentsText(view));
    }

    private static String agentsText(SlbView view) {
        return TextTable.render(
                List.of("agent", "kind", "live", "silent for", "policy", "ready", "degraded"),
                view.agents().stream()
                        .map(agent -> List.of(
                                agent.id().id(),
                                agent.id().kind().text(),
                                agent.live() ? "yes" : "no",
                                agent.silence().toMillis() + " ms",
                                String.valueOf(agent.cfg()),
                                agent.ready() ? "yes" : "no",
                                agent.degraded().orElse("")))
                        .toList());
    }

    private static String indented(String text) {
        return text.replaceAll("(?m)^(?=.)", "  ");
    }

    private Answer admin(Map<String, String> values) {
        var wanted = Admin.valueOf(values.getOrDefault("up|drain|down", "").toUpperCase(Locale.ROOT));
        return ordered(
                values, manager.setAdmin(values.getOrDefault("POOL", ""), values.getOrDefault("BACKEND", ""), wanted));
    }

    private Answer weight(Map<String, String> values) {
        try {
            int weight = Integer.parseInt(values.getOrDefault("WEIGHT", ""));
            return ordered(
                    values,
                    manager.setWeight(values.getOrDefault("POOL", ""), values.getOrDefault("BACKEND", ""), weight));
        } catch (NumberFormatException wrong) {
            return Answer.usage("weight '" + values.get("WEIGHT") + "': must be a number");
        }
    }

    private static Answer ordered(Map<String, String> values, CompletableFuture<Void> order) {
        try {
            order.join();
            return Answer.line("written: " + values.get("BACKEND") + " of " + values.get("POOL"));
        } catch (CompletionException failed) {
            var why = failed.getCause() == null ? failed : failed.getCause();
            return why instanceof IllegalArgumentException
                    ? Answer.noSuch(String.valueOf(why.getMessage()))
                    : Answer.isFalse(String.valueOf(why.getMessage()));
        }
    }
}
