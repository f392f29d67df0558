package ecmplab.lab.show;

import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import ecmplab.lab.control.CommandTree;
import ecmplab.router.EdgeRouter;
import ecmplab.router.divergence.Divergence;
import ecmplab.router.kernel.KernelRoutes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code show divergence}: where RIB, FIB and kernel do not agree. */
public final class DivergenceShow {
    private final EdgeRouter router;
    private final Optional<KernelRoutes> kernel;

    /** @param kernel where the kernel forwards */
    public DivergenceShow(EdgeRouter router, Optional<KernelRoutes> kernel) {
        this.router = router;
        this.kernel = kernel;
    }

    public void add(CommandTree commands) {
        commands.on("show divergence", values -> show());
    }

    /** What is wrong with the route to exactly this prefix. */
    Optional<Divergence> of(Prefix prefix) {
        return router.divergences()
                .of(prefix)
                .or(() -> kernel.flatMap(routes -> routes.divergences().of(prefix)));
    }

    /** For people. */
    String forwarding() {
        return kernel.isPresent() ? "kernel" : "own";
    }

    private Answer show() {
        var all = all();
        return Answer.table(
                all,
                List.of("prefix", "divergence", "since", "what was found"),
                () -> all.stream()
                        .map(each -> List.of(
                                each.prefix().toString(),
                                each.kind().label(),
                                each.since().toString(),
                                each.detail()))
                        .toList());
    }

    /** Those that are open. */
    public List<Divergence> all() {
        return Stream.concat(
                        router.divergences().all().stream(),
                        kernel.stream().flatMap(routes -> routes.divergences().all().stream()))
                .toList();
    }

    /** How many are open; a word for a node's state, empty when there are none. */
    public String status() {
        int open = router.divergences().counters().open()
                + kernel.map(routes -> routes.divergences().counters().open()).orElse(0);
        return open == 0 ? "" : ", " + open + " routes diverge";
    }
}
