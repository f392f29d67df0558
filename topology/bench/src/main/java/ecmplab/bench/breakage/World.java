package ecmplab.bench.breakage;

/** Where a {@link Scenario} happens: a {@link Trial} with packets, or a {@link Model} without. MUXes and backends are numbers from 0. */
interface World {
    /** This many clients open a flow each. */
    void open(int flows);

    /** These MUXes learn the next generation of the table: all backends but {@code without}, which serves the flows it has. */
    void change(int without, int... muxes);

    /** A MUX is gone, and the router knows. */
    void dies(int mux);

    /** A MUX is back with the newest table and without memory, and the router knows. */
    void returns(int mux);

    /** Every flow goes on. @return of how many nothing comes back, or a reset */
    int broken();
}
