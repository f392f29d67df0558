package ecmplab.bench.breakage;

/** What happens to flows in the middle of their lives, with four MUXes and ten backends. */
enum Scenario {
    MUX_DIES("MUX dies") {
        @Override
        void happen(World world, int flows) {
            world.open(flows);
            world.dies(SECOND);
        }
    },
    MUX_DIES_AND_BACKEND_DRAINS("MUX dies, backend drains") {
        @Override
        void happen(World world, int flows) {
            world.open(flows);
            world.change(LAST, ALL);
            world.dies(SECOND);
        }
    },
    /** Flows that began while it was away; a backend drained meanwhile. */
    MUX_RETURNS("MUX returns") {
        @Override
        void happen(World world, int flows) {
            world.dies(SECOND);
            world.open(flows);
            world.change(LAST, 0, 2, 3);
            world.returns(SECOND);
        }
    },
    /** One backend drains; it returns and another drains; then a MUX dies. */
    TWO_TABLE_CHANGES("two table changes") {
        @Override
        void happen(World world, int flows) {
            world.open(flows);
            world.change(LAST, ALL);
            world.change(4, ALL);
            world.dies(SECOND);
        }
    },
    /** Two MUXes have the new table, two the old one, half of the flows begin so; one of the first two dies. */
    HALF_ROLLED_OUT("half-rolled-out table") {
        @Override
        void happen(World world, int flows) {
            world.open(flows / 2);
            world.change(LAST, 0, SECOND);
            world.open(flows - flows / 2);
            world.dies(SECOND);
        }
    };

    static final int MUXES = 4;
    static final int BACKENDS = 10;
    private static final int[] ALL = {0, 1, 2, 3};
    private static final int SECOND = 1;
    private static final int LAST = 9;

    private final String label;

    Scenario(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    abstract void happen(World world, int flows);
}
