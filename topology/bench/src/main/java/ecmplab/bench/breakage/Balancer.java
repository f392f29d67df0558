package ecmplab.bench.breakage;

/** How a flow finds its backend, and what is remembered of it. */
enum Balancer {
    /** Every MUX takes the hash modulo the number of backends; hosts reset what they do not know. */
    MODULO("modulo hash"),
    /** Maglev's table, and no memory anywhere. */
    STATELESS("stateless Maglev"),
    /** Our MUX with its flow table; hosts reset what they do not know, as with Ananta, Maglev, Katran. */
    FLOW_TABLE("Maglev + flow table"),
    /** Our MUX and our hosts as they are. */
    SECOND_CHANCE("second chance");

    private final String label;

    Balancer(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
