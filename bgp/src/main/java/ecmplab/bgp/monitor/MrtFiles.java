package ecmplab.bgp.monitor;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where and how to record. A file is named after the time of its beginning (UTC), such as {@code updates.20261123.031500.000.mrt.gz}, and has
 * {@code .part} behind that while it is written.
 *
 * @param folder made when it is not there
 * @param rotateOctets uncompressed, after which a new file begins
 * @param rotateAfter after which a new file begins
 * @param gzip whether to compress
 * @param keep finished files that are kept, the newest ones; 0 for all
 */
public record MrtFiles(Path folder, long rotateOctets, Duration rotateAfter, boolean gzip, int keep) {
    private static final long USUAL_OCTETS = 256L << 20;

    public MrtFiles {
        if (rotateOctets < 1) {
            throw new IllegalArgumentException("MRT files of " + rotateOctets + " octets: must be positive");
        }
        if (rotateAfter.isNegative() || rotateAfter.isZero()) {
            throw new IllegalArgumentException("MRT files of " + rotateAfter + ": must be positive");
        }
        if (keep < 0) {
            throw new IllegalArgumentException("keep " + keep + " MRT files: must not be negative");
        }
    }

    /** An hour or 256 MB a file, compressed, all kept. */
    public static MrtFiles in(Path folder) {
        return new MrtFiles(folder, USUAL_OCTETS, Duration.ofHours(1), true, 0);
    }

    public MrtFiles withFolder(Path other) {
        return new MrtFiles(other, rotateOctets, rotateAfter, gzip, keep);
    }
}
