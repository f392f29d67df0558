package ecmplab.lab.drill;

import java.util.List;

/**
 * What came of a flood: how much was sent, what the MUXes did with the packets of each VIP meanwhile, and who dropped how many why.
 *
 * @param what the step in words
 * @param by how the packets left
 * @param sent packets
 */
public record FloodCost(String what, String by, long sent, double seconds, List<Share> shares, List<Loss> losses) {
    public FloodCost {
        shares = List.copyOf(shares);
        losses = List.copyOf(losses);
    }

    /**
     * A VIP at a MUX.
     *
     * @param forwarded packets
     * @param shed packets that the MUX dropped because it had more than it can do, and this VIP more than its share
     */
    public record Share(String mux, String vip, long forwarded, long shed) {}

    /** Packets that a node dropped, for one reason. */
    public record Loss(String node, String where, String reason, long count) {}

    /** Packets a second that were sent. */
    public double rate() {
        return seconds == 0 ? 0 : sent / seconds;
    }
}
