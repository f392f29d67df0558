package ecmplab.mux.flow;

import java.net.InetAddress;
import java.util.List;

/**
 * Some flows of a table, in no particular order.
 *
 * @param next where the next page starts, or {@link #END}
 */
public record FlowPage(List<Flow> flows, int next) {
    /** Of {@link #next}: there are no more flows. */
    public static final int END = -1;

    public FlowPage {
        flows = List.copyOf(flows);
    }

    /**
     * A flow and where it goes.
     *
     * @param member number of the member, as the owner of the table numbers them
     * @param generation of the Maglev table that chose the member
     * @param trusted whether more than one packet was seen
     * @param ageMillis since it was inserted, or chosen anew by a SYN
     * @param idleMillis since its last packet
     */
    public record Flow(
            InetAddress client,
            int clientPort,
            InetAddress vip,
            int vipPort,
            int protocol,
            int member,
            int generation,
            boolean trusted,
            long ageMillis,
            long idleMillis) {}
}
