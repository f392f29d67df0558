package ecmplab.bgp.monitor;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A recording at one moment.
 *
 * @param file being written; null when none is
 * @param records written since the start
 * @param lost records that the disk was too slow for, or that could not be written
 * @param files finished since the start
 * @param waiting octets
 * @param lastFailure why a file could not be written; null when all could
 */
public record MrtSnapshot(
        @Nullable Path file,
        long records,
        long lost,
        int files,
        long waiting,
        @Nullable String lastFailure) {}
