package ecmplab.lab.message;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/** Files that may be compressed; told by their first octets, not by their names. */
public final class RecordedFile {
    private static final int BUFFER = 1 << 16;

    /** The file's content, uncompressed and buffered; the caller closes it. */
    public static InputStream open(Path file) throws IOException {
        return uncompressed(Files.newInputStream(file));
    }

    static BufferedInputStream uncompressed(InputStream in) throws IOException {
        var buffered = new BufferedInputStream(in, BUFFER);
        var start = peek(buffered, 3);
        if (start.length >= 2 && start[0] == 0x1F && (start[1] & 0xFF) == 0x8B) {
            return new BufferedInputStream(new GZIPInputStream(buffered, BUFFER), BUFFER);
        }
        if (start.length == 3 && start[0] == 'B' && start[1] == 'Z' && start[2] == 'h') {
            return new BufferedInputStream(new BZip2CompressorInputStream(buffered, true), BUFFER);
        }
        return buffered;
    }

    /** The next octets, which stay to be read; fewer at the end. */
    static byte[] peek(BufferedInputStream in, int count) throws IOException {
        in.mark(count);
        var start = in.readNBytes(count);
        in.reset();
        return start;
    }

    private RecordedFile() {}
}
