package ecmplab.bench.breakage;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A VM with a TCP server that sends back what it gets, its own number first. What belongs to no connection it resets. */
final class Vm {
    private static final int MSS = 1460;

    /** A connection by client; the last answer is kept to be sent again. */
    private static final class Connection {
        final int first;
        int next;
        int expected;

        @Nullable
        Segment last;

        Connection(int first, int expected) {
            this.first = first;
            next = first + 1;
            this.expected = expected;
        }
    }

    private final int number;
    private final int address;
    private final int port;
    private final Consumer<Segment> out;
    private final Map<Long, Connection> connections = new HashMap<>();

    /** @param out of what it sends */
    Vm(int number, int address, int port, Consumer<Segment> out) {
        this.number = number;
        this.address = address;
        this.port = port;
        this.out = out;
    }

    void receive(Segment segment) {
        require(segment.destination() == address && segment.destinationPort() == port, segment);
        long client = (long) segment.source() << 16 | segment.sourcePort();
        var connection = connections.get(client);
        if (segment.flags() == Segment.SYN) {
            open(client, segment);
        } else if (connection == null) {
            if (!segment.has(Segment.RST)) {
                out.accept(segment.answer(segment.acknowledgement(), Segment.RST, new byte[0]));
            }
        } else if (segment.has(Segment.RST)) {
            connections.remove(client);
        } else if (segment.payload().length > 0) {
            data(connection, segment);
        }
    }

    private void open(long client, Segment segment) {
        var known = connections.get(client);
        var connection = known != null && known.expected == segment.sequence() + 1
                ? known
                : new Connection(segment.sequence() ^ 0x5A5A_5A5A ^ number, segment.sequence() + 1);
        connections.put(client, connection);
        var answer = segment.answer(connection.first, Segment.SYN | Segment.ACK, new byte[0]);
        out.accept(new Segment(
                answer.source(),
                answer.destination(),
                answer.sourcePort(),
                answer.destinationPort(),
                answer.sequence(),
                answer.acknowledgement(),
                answer.flags(),
                MSS,
                answer.payload()));
    }

    private void data(Connection connection, Segment segment) {
        if (segment.sequence() == connection.expected) {
            require(segment.acknowledgement() == connection.next, segment);
            var echo = ByteBuffer.allocate(Integer.BYTES + segment.payload().length)
                    .putInt(number)
                    .put(segment.payload())
                    .array();
            var answer = segment.answer(connection.next, Segment.PSH | Segment.ACK, echo);
            connection.last = answer;
            connection.expected += segment.payload().length;
            connection.next += echo.length;
            out.accept(answer);
        } else if (connection.last != null) {
            out.accept(connection.last);
        }
    }

    private void require(boolean so, Segment segment) {
        if (!so) {
            throw new IllegalStateException("VM " + number + " got what it must not: " + segment);
        }
    }
}
