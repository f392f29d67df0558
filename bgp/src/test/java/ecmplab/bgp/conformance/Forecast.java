package ecmplab.bgp.conformance;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.attribute.Update;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Notification;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;

/**
 * What must come of octets that a peer of AS 65002 sends: of headers by a reading of RFC 4271 section 6.1 that shares nothing with the
 * speaker's, of OPENs and UPDATEs by what the speaker's decoders say of a message alone.
 */
final class Forecast {
    enum State {
        OPEN_SENT,
        OPEN_CONFIRM,
        ESTABLISHED
    }

    /** Code, subcode and data in hex; of a fault of UPDATE or OPEN without data. */
    static final String CLOSED = "closed";

    /** The stream ends within a message. */
    static final String WAITS = "waits";

    static final String GOES_ON = "goes on";

    private static final int LONGEST = 4096;
    private static final int PEER_AS = 65_002;

    /** {@link #GOES_ON}, {@link #WAITS}, {@link #CLOSED}, or the NOTIFICATION as {@code code/subcode}, maybe with data in hex. */
    final String ending;

    /** The UPDATEs that came before the end. */
    final List<Update> updates = new ArrayList<>();

    /** Whether the speaker may refuse the OPEN for what it offers. */
    boolean opens;

    private State state;

    Forecast(byte[] stream, State first) {
        state = first;
        ending = walk(stream);
    }

    private String walk(byte[] stream) {
        for (int at = 0; at < stream.length; ) {
            int there = stream.length - at;
            for (int i = at; i < at + Math.min(there, 16); i++) {
                if (stream[i] != -1) {
                    return "1/1 ";
                }
            }
            if (there < MessageText.HEADER) {
                return WAITS;
            }
            int length = Observer.uint16(stream, at + 16);
            int type = stream[at + 18] & 0xFF;
            if (type == 0 || type > MessageText.ROUTE_REFRESH) {
                return "1/3 %02X".formatted(type);
            }
            boolean fits = switch (type) {
                case MessageText.OPEN -> length >= 29 && length <= LONGEST;
                case MessageText.UPDATE, MessageText.ROUTE_REFRESH -> length >= 23 && length <= LONGEST;
                case MessageText.NOTIFICATION -> length >= 21 && length <= LONGEST;
                default -> length == MessageText.HEADER;
            };
            if (!fits) {
                return "1/2 %04X".formatted(length);
            }
            if (length > there) {
                return WAITS;
            }
            var answer = message(type, Arrays.copyOfRange(stream, at, at + length));
            if (!answer.equals(GOES_ON)) {
                return answer;
            }
            at += length;
        }
        return GOES_ON;
    }

    private String message(int type, byte[] message) {
        if (type == MessageText.NOTIFICATION) {
            return CLOSED;
        }
        boolean expected = switch (state) {
            case OPEN_SENT -> type == MessageText.OPEN;
            case OPEN_CONFIRM -> type == MessageText.KEEPALIVE;
            case ESTABLISHED -> type != MessageText.OPEN;
        };
        if (!expected) {
            return "5/" + (state.ordinal() + 1);
        }
        return switch (type) {
            case MessageText.OPEN -> open(message);
            case MessageText.UPDATE -> update(message);
            case MessageText.ROUTE_REFRESH -> refresh(message);
            default -> {
                state = State.ESTABLISHED;
                yield GOES_ON;
            }
        };
    }

    private String open(byte[] message) {
        return switch (Open.decode(message, 0, message.length)) {
            case Open.Outcome.Malformed malformed -> text(malformed.notification());
            case Open.Outcome.Valid(var open) -> {
                opens = true;
                state = State.OPEN_CONFIRM;
                boolean refused = open.holdTimeSeconds() == 1 || open.holdTimeSeconds() == 2;
                yield open.asn().bits() != PEER_AS ? "2/2" : refused ? "2/6" : GOES_ON;
            }
        };
    }

    private String update(byte[] message) {
        var update = decode(message);
        updates.add(update);
        var fault = update.fault();
        return fault != null && fault.cost() == Cost.SESSION_RESET ? text(fault.notification()) : GOES_ON;
    }

    /** RFC 7313 section 5: begin and end marks have four octets; what has another subtype is ignored whatever its length. */
    private static String refresh(byte[] message) {
        int subtype = message[MessageText.HEADER + 2];
        return (subtype == 1 || subtype == 2) && message.length != 23
                ? "7/1 " + HexFormat.of().withUpperCase().formatHex(message)
                : GOES_ON;
    }

    static Update decode(byte[] message) {
        return Update.decode(new UpdateDecoder(true, true, EnumSet.allOf(AddressFamily.class)), message);
    }

    private static String text(Notification notification) {
        return notification.code() + "/" + notification.subcode();
    }
}
