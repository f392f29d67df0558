package ecmplab.mux.forward;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.TableVersion;
import java.util.List;

/**
 * What packets are forwarded by now: for acknowledging a policy when it is really there.
 *
 * @param cfg of the policy
 * @param tables every generation of every endpoint that is computed and at hand; packets follow the active ones
 */
public record PathReport(long epoch, long cfg, List<Table> tables) {
    static final PathReport NOTHING = new PathReport(0, 0, List.of());

    public PathReport {
        tables = List.copyOf(tables);
    }

    /** @param digest sixteen hex digits, equal wherever the table is equal */
    public record Table(EndpointId endpoint, int generation, TableVersion.State state, String digest) {}
}
