package ecmplab.port;

/** Why an {@link ImpairedPort} dropped a frame: on purpose, or for want of room to hold it. */
public enum ImpairmentDrop {
    /** To be sent, lost as {@link Impairment#loss} says. */
    TX_IMPAIRED_LOSS,
    /** To be sent while the port was cut off. */
    TX_PARTITION,
    /** To be sent late, but too many waited already. */
    TX_IMPAIRED_FULL,
    /** Waited to be sent when the port was closed. */
    TX_IMPAIRED_CLOSED,
    /** Received, lost as {@link Impairment#loss} says. */
    RX_IMPAIRED_LOSS,
    /** Received while the port was cut off. */
    RX_PARTITION,
    /** Received, to be handed on late, but too many waited already. */
    RX_IMPAIRED_FULL,
    /** Waited to be handed on when the port was closed. */
    RX_IMPAIRED_CLOSED
}
