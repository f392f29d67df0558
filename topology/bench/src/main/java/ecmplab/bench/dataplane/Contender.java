package ecmplab.bench.dataplane;

/** A way to forward that is measured. */
sealed interface Contender permits KernelContender, OurContender {
    /** For people. */
    String title();

    /** Has it forward in this bed, from now on. */
    Running start(Bed bed) throws Exception;

    /** What arrives when all is well. */
    Arrival arrival();

    /** What the packets must have become. */
    enum Arrival {
        /** The same packet, TTL one less. */
        ROUTED,
        /** The whole frame in VXLAN. */
        TUNNELLED,
        /** The packet, to a backend's address and port. */
        TRANSLATED
    }

    /** It forwards. */
    interface Running extends AutoCloseable {
        /** What to send. */
        Frame frame();

        /** Processor time so far, without that of receiving. */
        long nanos() throws Exception;

        /** Where packets arrive. */
        String arrivesAt();
    }
}
