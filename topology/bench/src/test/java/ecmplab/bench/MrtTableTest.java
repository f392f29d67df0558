package ecmplab.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MrtTableTest {
    /** Time, TABLE_DUMP_V2, RIB_IPV4_UNICAST, length; sequence, 193.0.0.0/16, two paths of peers 1 and 2. */
    private static final String TWO_PATHS = """
            00000000 000d 0002 0000004e
            00000000 10c100 0002
            0001 00000000 0019 40010100 5002000a 0202 0000fde8 00000d1c 400304 0a000001
            0002 00000000 001c 40010102 400206 0201 00000d1c c0080c ffffff01 ffff029a fdf30005
            """;
    /** The same of 193.1.0.0/16, from peer 2 only, with an AS_SET. */
    private static final String WITH_SET = """
            00000000 000d 0002 00000022
            00000001 10c101 0001
            0002 00000000 0011 40010100 40020a 0102 0000fde8 00000d1c
            """;

    @TempDir
    Path folder;

    private MrtTable read(String... records) throws IOException {
        var hex = String.join("", records).replaceAll("\\s", "");
        return MrtTable.read(
                Files.write(folder.resolve("table.mrt"), HexFormat.of().parseHex(hex)), false);
    }

    @Test
    void aSourcePlaysWhatOnePeerSaid() throws IOException {
        var table = read(TWO_PATHS);
        assertEquals(2, table.peers());
        assertArrayEquals(
                new long[] {0xC100_0000_0000_0000L | 16}, table.prefixes().keys());
        var source = Layout.of(false, 1, 1).sources().getFirst();
        var first = Objects.requireNonNull(
                table.feed(0, source, new SplittableRandom(1)).path(0));
        assertArrayEquals(new int[] {source.asn(), 65_000, 3356}, first.asns());
        var second = Objects.requireNonNull(
                table.feed(1, source, new SplittableRandom(1)).path(0));
        assertArrayEquals(new int[] {source.asn(), 3356}, second.asns());
        assertEquals(2, second.origin());
        assertArrayEquals(new int[] {UserPolicy.BLACKHOLE, 0xFDF3_0005}, second.communities(), "without NO_EXPORT");
    }

    @Test
    void aPathWithAnAsSetIsLeftOut() throws IOException {
        var table = read(TWO_PATHS, WITH_SET);
        assertEquals(1, table.leftOut());
        var source = Layout.of(false, 1, 1).sources().getFirst();
        assertNull(table.feed(1, source, new SplittableRandom(1)).path(1));
    }

    @Test
    void aFileThatIsCutOffIsSaidToBe() {
        var hex = TWO_PATHS.replaceAll("\\s", "");
        assertThrows(IOException.class, () -> read(hex.substring(0, hex.length() - 2)));
    }

    @Test
    void aPrefixInTwoPlacesIsRefused() {
        assertThrows(IOException.class, () -> read(TWO_PATHS, WITH_SET, TWO_PATHS));
    }
}
