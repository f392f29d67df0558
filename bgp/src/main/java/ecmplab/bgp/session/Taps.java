package ecmplab.bgp.session;

import ecmplab.bgp.wire.Octets;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The taps of a server, as one. They change on the event loop alone, which is also where they are told. */
final class Taps implements MessageTap {
    private MessageTap[] taps = {};

    boolean isOn() {
        return taps.length > 0;
    }

    void add(MessageTap tap) {
        var more = new MessageTap[taps.length + 1];
        System.arraycopy(taps, 0, more, 0, taps.length);
        more[taps.length] = tap;
        taps = more;
    }

    void remove(MessageTap tap) {
        taps = Arrays.stream(taps).filter(other -> !other.equals(tap)).toArray(MessageTap[]::new);
    }

    @Override
    public void message(Ends ends, Direction direction, ByteBuf message) {
        for (var tap : taps) {
            tap.message(ends, direction, message.duplicate());
        }
    }

    @Override
    public void established(Ends ends, Negotiated negotiated, Octets sentOpen, Octets receivedOpen) {
        for (var tap : taps) {
            tap.established(ends, negotiated, sentOpen, receivedOpen);
        }
    }

    @Override
    public void closed(Ends ends, Negotiated negotiated, CloseReason reason) {
        for (var tap : taps) {
            tap.closed(ends, negotiated, reason);
        }
    }

    @Override
    public void stateChanged(Neighbor neighbor, State from, State to) {
        for (var tap : taps) {
            tap.stateChanged(neighbor, from, to);
        }
    }
}
