package ecmplab.lab.message;

import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.capability.Capability;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Framing;
import ecmplab.packet.TcpStreams;
import ecmplab.packet.TcpStreams.Flow;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds BGP messages in TCP streams, on whatever port. Where both OPENs of a connection were captured, UPDATEs are read by what they
 * agreed on, otherwise by what was asked for. After a gap it looks for the next marker.
 */
final class CapturedMessages implements TcpStreams.Sink {
    /** Where readings go. */
    interface Sink {
        void message(Instant at, Flow flow, MessageReader.Reading reading);
    }

    private static final int MARKER = 16;

    private final UpdateOptions asked;
    private final Sink sink;
    private final Map<Flow, Stream> streams = new HashMap<>();

    private static final class Stream {
        private byte[] octets = {};
        private boolean isBgp;
        private boolean broken;
        private @Nullable Open open;
        private @Nullable MessageReader reader;
    }

    CapturedMessages(UpdateOptions asked, Sink sink) {
        this.asked = asked;
        this.sink = sink;
    }

    @Override
    public void begins(Flow flow) {
        streams.remove(flow);
    }

    @Override
    public void octets(Instant at, Flow flow, byte[] more, boolean afterGap) {
        var stream = streams.computeIfAbsent(flow, ignored -> new Stream());
        if (afterGap) {
            stream.octets = new byte[0];
            stream.isBgp = false;
        }
        if (stream.broken && !afterGap) {
            return;
        }
        stream.broken = false;
        int length = stream.octets.length;
        stream.octets = Arrays.copyOf(stream.octets, length + more.length);
        System.arraycopy(more, 0, stream.octets, length, more.length);
        int from = stream.isBgp ? 0 : synchronize(stream, afterGap);
        if (stream.isBgp) {
            from = messages(at, flow, stream, from);
        }
        stream.octets = Arrays.copyOfRange(stream.octets, Math.min(from, stream.octets.length), stream.octets.length);
    }

    /** Where the first marker begins; what is before it is of no use. */
    private static int synchronize(Stream stream, boolean anywhere) {
        int ones = 0;
        for (int at = 0; at < stream.octets.length; at++) {
            ones = stream.octets[at] == -1 ? ones + 1 : 0;
            if (ones == MARKER) {
                stream.isBgp = true;
                return at - MARKER + 1;
            }
            if (ones == 0 && !anywhere) {
                stream.broken = true; // another protocol, from its first octet on
                return stream.octets.length;
            }
        }
        return stream.octets.length - ones;
    }

    private int messages(Instant at, Flow flow, Stream stream, int start) {
        int from = start;
        while (from < stream.octets.length) {
            var reader = reader(flow, stream);
            int length = Framing.length(stream.octets, from, stream.octets.length - from, Framing.EXTENDED_MESSAGE);
            if (length == Framing.INCOMPLETE) {
                break;
            }
            if (length > 0 && stream.octets[from + 18] == Framing.OPEN) {
                learn(flow, stream, Arrays.copyOfRange(stream.octets, from, from + length));
            }
            var reading = reader.read(stream.octets, from);
            sink.message(at, flow, reading);
            if (reading.length() > length) {
                stream.broken = true;
                return stream.octets.length;
            }
            from += reading.length();
        }
        return from;
    }

    private void learn(Flow flow, Stream stream, byte[] message) {
        if (Open.decode(message, 0, message.length) instanceof Open.Outcome.Valid(var open)) {
            stream.open = open;
            stream.reader = null;
            var other = streams.get(flow.reversed());
            if (other != null) {
                other.reader = null;
            }
        }
    }

    private MessageReader reader(Flow flow, Stream stream) {
        var known = stream.reader;
        if (known == null) {
            var other = streams.get(flow.reversed());
            var from = stream.open;
            var to = other == null ? null : other.open;
            known = new MessageReader(from == null || to == null ? asked : agreed(from, to));
            stream.reader = known;
        }
        return known;
    }

    /** How the receiver of one OPEN reads the sender of the other. */
    private static UpdateOptions agreed(Open from, Open to) {
        var addPath = EnumSet.noneOf(AddressFamily.class);
        addPath.addAll(from.addPathSends());
        addPath.retainAll(to.addPathReceives());
        var nextHops = EnumSet.noneOf(AddressFamily.class);
        nextHops.addAll(from.extendedNextHops());
        nextHops.retainAll(to.extendedNextHops());
        boolean extended = from.has(Capability.ExtendedMessage.class) && to.has(Capability.ExtendedMessage.class);
        return UpdateOptions.of(
                        !from.asn().equals(to.asn()),
                        from.fourOctetAs() && to.fourOctetAs(),
                        EnumSet.allOf(AddressFamily.class))
                .withMaxMessageSize(extended ? Framing.EXTENDED_MESSAGE : Framing.STANDARD_MESSAGE)
                .withExtendedNextHop(nextHops)
                .withAddPath(addPath);
    }
}
