package ecmplab.hostagent.nat;

/** Where the two faces of a flow hash to. Seeded, so that nobody outside can fill one bucket. */
final class NatHash {
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;

    private final long seed;
    private final long otherSeed;

    NatHash(long seed) {
        this.seed = seed;
        otherSeed = mix(seed + GOLDEN);
    }

    /** @param face 0 for the client's; the number of the VM plus one for the VM's */
    long of(FlowTuple tuple, int face) {
        long source = mix(seed ^ tuple.sourceLow);
        long destination = mix(otherSeed ^ tuple.destinationLow);
        if ((tuple.sourceHigh | tuple.destinationHigh) != 0) {
            source = mix(source ^ tuple.sourceHigh);
            destination = mix(destination ^ tuple.destinationHigh);
        }
        return mix(source + Long.rotateLeft(destination, 32) ^ tuple.key + face * GOLDEN);
    }

    private static long mix(long bits) {
        bits = (bits ^ bits >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        bits = (bits ^ bits >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return bits ^ bits >>> 33;
    }
}
