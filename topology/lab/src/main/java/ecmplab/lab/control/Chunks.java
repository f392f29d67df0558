package ecmplab.lab.control;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * The wire form of an answer: the exit code, then chunks of text, each after its length, then a length of zero and the exit code as it
 * turned out. All numbers have four octets, big-endian. What ends otherwise was cut off.
 */
final class Chunks {
    private static final int LENGTH = 4;
    private static final int MOST = 1 << 15;

    private Chunks() {}

    /** Collects octets into chunks; {@link #flush} sends what there is. */
    static final class Out extends OutputStream {
        private final OutputStream out;
        private final byte[] chunk = new byte[LENGTH + MOST];
        private int filled;

        /** Sends the code. */
        Out(OutputStream out, int code) throws IOException {
            this.out = out;
            out.write(number(code));
        }

        @Override
        public void write(int octet) throws IOException {
            chunk[LENGTH + filled++] = (byte) octet;
            if (filled == MOST) {
                flush();
            }
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            for (int at = from; at < from + length; ) {
                int step = Math.min(MOST - filled, from + length - at);
                System.arraycopy(octets, at, chunk, LENGTH + filled, step);
                filled += step;
                at += step;
                if (filled == MOST) {
                    flush();
                }
            }
        }

        @Override
        public void flush() throws IOException {
            if (filled > 0) {
                ByteBuffer.wrap(chunk).putInt(0, filled);
                out.write(chunk, 0, LENGTH + filled);
                filled = 0;
            }
        }

        /** Sends what is left, and the code as it turned out. */
        void end(int code) throws IOException {
            flush();
            out.write(number(0));
            out.write(number(code));
            out.flush();
        }

        private static byte[] number(int value) {
            return ByteBuffer.allocate(LENGTH).putInt(value).array();
        }
    }

    /** Reads an answer after its first code, to its end. @return the code as it turned out */
    static int read(InputStream in, ControlClient.Receiver receiver) throws IOException {
        var data = new DataInputStream(in);
        var chunk = new byte[MOST];
        for (int length = data.readInt(); length != 0; length = data.readInt()) {
            if (length < 0 || length > MOST) {
                throw new IOException("chunk of " + length + " octets: must be 1 to " + MOST);
            }
            data.readFully(chunk, 0, length);
            receiver.chunk(chunk, length);
        }
        return data.readInt();
    }

    /** @throws EOFException when there is none */
    static int readCode(InputStream in) throws IOException {
        return new DataInputStream(in).readInt();
    }
}
