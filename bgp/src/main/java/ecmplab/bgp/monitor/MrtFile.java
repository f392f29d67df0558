package ecmplab.bgp.monitor;

import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.mrt.MrtWriter;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.zip.GZIPOutputStream;

/** One file of a recording while it is written; its name says so until it is closed. */
final class MrtFile implements AutoCloseable {
    static final String START = "updates.";
    static final String PART = ".part";
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd.HHmmss.SSS").withZone(ZoneOffset.UTC);

    private static final int BUFFER = 64 << 10;

    private final Path path;
    private final OutputStream out;
    private final Counted counted;
    private final MrtWriter writer;

    /** Counts what goes into the compression. */
    private static final class Counted extends FilterOutputStream {
        long octets;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] data, int from, int length) throws IOException {
            out.write(data, from, length);
            octets += length;
        }

        @Override
        public void write(int octet) throws IOException {
            out.write(octet);
            octets++;
        }
    }

    MrtFile(MrtFiles files, Instant begin) throws IOException {
        Files.createDirectories(files.folder());
        var name = START + NAME.format(begin) + (files.gzip() ? ".mrt.gz" : ".mrt");
        path = files.folder().resolve(name);
        var file = Files.newOutputStream(
                files.folder().resolve(name + PART), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        out = files.gzip() ? new GZIPOutputStream(file, BUFFER, true) : file;
        counted = new Counted(new BufferedOutputStream(out, BUFFER));
        writer = new MrtWriter(counted);
    }

    void write(MrtRecord record) throws IOException {
        writer.write(record);
    }

    void flush() throws IOException {
        counted.flush();
    }

    /** Uncompressed. */
    long octets() {
        return counted.octets;
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        counted.close();
        Files.move(path.resolveSibling(path.getFileName() + PART), path, StandardCopyOption.ATOMIC_MOVE);
    }
}
