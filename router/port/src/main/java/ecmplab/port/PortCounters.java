package ecmplab.port;

import java.util.Map;

/**
 * What a port has seen since it was opened: a snapshot. {@code rx} are frames that were handed to the node, {@code tx} frames that
 * left; {@code drops} counts the others by the one reason each was dropped for ({@code tx-full}, {@code oversize},
 * {@code port-down}, {@code rx-impaired-loss}, ...).
 */
public record PortCounters(
        long rxPackets, long rxOctets, long txPackets, long txOctets, Map<String, Long> drops, Stage stage) {
    /**
     * Frames in an {@link ImpairedPort}, by direction.
     *
     * @param rxHeld received, and waiting to be handed on
     * @param txHeld waiting to leave
     * @param rxDuplicated made by copying received ones
     * @param txDuplicated made by copying sent ones
     */
    public record Stage(long rxHeld, long txHeld, long rxDuplicated, long txDuplicated) {
        public static final Stage NONE = new Stage(0, 0, 0, 0);
    }

    private static final String RECEIVED = "rx-";

    public PortCounters {
        drops = Map.copyOf(drops);
    }

    public PortCounters(long rxPackets, long rxOctets, long txPackets, long txOctets, Map<String, Long> drops) {
        this(rxPackets, rxOctets, txPackets, txOctets, drops, Stage.NONE);
    }

    /** Frames that the node has handed over: they left, were dropped here, or wait; between two bursts. */
    public long handedOver() {
        return txPackets + dropped(false) + stage.txHeld - stage.txDuplicated;
    }

    /** Frames that came by the line, as far as the port knows: handed to the node, dropped here, or waiting. */
    public long arrived() {
        return rxPackets + dropped(true) + stage.rxHeld - stage.rxDuplicated;
    }

    private long dropped(boolean received) {
        long sum = 0;
        for (var drop : drops.entrySet()) {
            if (drop.getKey().startsWith(RECEIVED) == received) {
                sum += drop.getValue();
            }
        }
        return sum;
    }
}
