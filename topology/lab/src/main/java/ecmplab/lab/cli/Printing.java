package ecmplab.lab.cli;

import ecmplab.lab.control.ControlClient;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** Prints an answer as it comes, and ends it when nobody reads any more, as when {@code head} has had enough. */
final class Printing implements ControlClient.Receiver {
    /** Nobody reads standard output any more. */
    static final class NobodyReadsException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private final PrintStream out;
    private final PrintStream err;
    private final OutputStream form;
    private PrintStream target;

    /** How the octets are put on the page. */
    private enum Form {
        AS_IT_IS,
        INDENTED,
        WITHOUT_LAST_LINE_FEED
    }

    private Printing(PrintStream out, PrintStream err, Form form) {
        this.out = out;
        this.err = err;
        target = out;
        this.form = switch (form) {
            case AS_IT_IS -> new Plain();
            case INDENTED -> new Indented();
            case WITHOUT_LAST_LINE_FEED -> new WithoutLastLineFeed();
        };
    }

    /** What was not understood goes to {@code err}. */
    static Printing asItIs(PrintStream out, PrintStream err) {
        return new Printing(out, err, Form.AS_IT_IS);
    }

    /** Every line that is not empty begins with two blanks. */
    static Printing indented(PrintStream out) {
        return new Printing(out, out, Form.INDENTED);
    }

    /** For JSON that goes on. */
    static Printing withoutLastLineFeed(PrintStream out) {
        return new Printing(out, out, Form.WITHOUT_LAST_LINE_FEED);
    }

    @Override
    public void begin(int code) {
        target = code == Exit.USAGE || code == Exit.NO_SUCH ? err : out;
    }

    @Override
    public void chunk(byte[] octets, int length) throws IOException {
        form.write(octets, 0, length);
        if (target.checkError()) {
            throw new NobodyReadsException();
        }
    }

    private final class Plain extends OutputStream {
        @Override
        public void write(int octet) {
            target.write(octet);
        }

        @Override
        public void write(byte[] octets, int from, int length) {
            target.write(octets, from, length);
        }
    }

    private final class Indented extends OutputStream {
        private boolean atStart = true;

        @Override
        public void write(int octet) {
            if (atStart && octet != '\n') {
                target.write(' ');
                target.write(' ');
            }
            atStart = octet == '\n';
            target.write(octet);
        }
    }

    private final class WithoutLastLineFeed extends OutputStream {
        private boolean held;

        @Override
        public void write(int octet) {
            if (held) {
                target.write('\n');
            }
            held = octet == '\n';
            if (!held) {
                target.write(octet);
            }
        }
    }
}
