package ecmplab.lab.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the lines of a file that grows, from where it was left. Half a line waits for its other half. */
final class Follow {
    private static final int AT_ONCE = 1 << 16;

    private final Path file;
    private long position;
    private final StringBuilder unfinished = new StringBuilder();

    Follow(Path file) {
        this.file = file;
    }

    /** The whole lines that came since the last call; none while the file is not there. */
    List<String> lines() {
        var lines = new ArrayList<String>();
        try (var channel = FileChannel.open(file)) {
            var buffer = ByteBuffer.allocate(AT_ONCE);
            var octets = new ByteArrayOutputStream();
            for (int read = channel.read(buffer, position); read > 0; read = channel.read(buffer.clear(), position)) {
                octets.write(buffer.array(), 0, read);
                position += read;
            }
            unfinished.append(octets.toString(StandardCharsets.UTF_8));
        } catch (NoSuchFileException notYet) {
            return lines;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        for (int end = unfinished.indexOf("\n"); end >= 0; end = unfinished.indexOf("\n")) {
            lines.add(unfinished.substring(0, end));
            unfinished.delete(0, end + 1);
        }
        return lines;
    }
}
