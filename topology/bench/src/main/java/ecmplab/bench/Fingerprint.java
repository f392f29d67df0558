package ecmplab.bench;

/** 32 bits of an AS path, never zero: how the sink tells which path it was given. */
final class Fingerprint {
    static int of(int[] path) {
        int hash = 1;
        for (int asn : path) {
            hash = next(hash, asn);
        }
        return finish(hash);
    }

    /** Of the path in an AS_PATH attribute after the speaker's own AS: {@code octets} from {@code from}, four an AS. */
    static int of(byte[] octets, int from, int count) {
        int hash = 1;
        for (int i = 0; i < count; i++) {
            hash = next(hash, Sink.int32(octets, from + 4 * i));
        }
        return finish(hash);
    }

    private static int next(int hash, int asn) {
        return ((hash ^ asn) * 0x9E37_79B1) ^ (hash >>> 15);
    }

    private static int finish(int hash) {
        int mixed = (hash ^ (hash >>> 16)) * 0x85EB_CA6B;
        return mixed == 0 ? 1 : mixed;
    }

    private Fingerprint() {}
}
