package ecmplab.lab.message;

import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Framing;
import ecmplab.bgp.wire.Notification;
import ecmplab.lab.control.Json;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Messages as JSON: what a message says, and what the speaker would make of it. Where the JSON does not tell all octets apart (a
 * fault, bits beyond a prefix), {@code octets} has them, so that {@link MessageWriter} always gives back what was read.
 */
public final class MessageReader {
    private static final int MARKER = 16;
    private static final int TYPE_AT = 18;

    private final UpdateOptions options;
    private final UpdateReader updates;

    /** Holds scratch memory; for one thread. */
    public MessageReader(UpdateOptions options) {
        this.options = options;
        this.updates = new UpdateReader(options);
    }

    /**
     * A message as JSON.
     *
     * @param length octets of the input that it takes; all that is left when the header is wrong
     * @param reset whether the speaker would end the session
     */
    public record Reading(ObjectNode json, int length, boolean reset) {}

    /** The message at {@code from} of the octets; there is at least one octet. */
    public Reading read(byte[] octets, int from) {
        int available = octets.length - from;
        int length = Framing.length(octets, from, available, options.maxMessageSize());
        if (length <= 0) {
            return new Reading(unframed(octets, from, available, length == Framing.INCOMPLETE), available, true);
        }
        var message = Arrays.copyOfRange(octets, from, from + length);
        var node = Json.MAPPER.createObjectNode();
        node.put("type", typeName(message[TYPE_AT])).put("length", length).put("verdict", "accept");
        node.putArray("faults");
        node.putNull("notification");
        switch (message[TYPE_AT]) {
            case Framing.OPEN -> OpenJson.read(message, node);
            case Framing.UPDATE -> updates.read(message, node);
            case Framing.NOTIFICATION ->
                node.set("notification", notification(Framing.readNotification(message, 0, length)));
            case Framing.ROUTE_REFRESH -> RefreshJson.read(message, node);
            default -> {}
        }
        if (!Arrays.equals(message, written(node))) {
            node.put("octets", HexFormat.of().formatHex(message));
        }
        return new Reading(node, length, node.path("verdict").asString("").equals("reset"));
    }

    private byte @Nullable [] written(ObjectNode node) {
        try {
            return MessageWriter.write(node, options);
        } catch (Unwritable notAll) {
            return null;
        }
    }

    static String typeName(int type) {
        return switch (type) {
            case Framing.OPEN -> "OPEN";
            case Framing.UPDATE -> "UPDATE";
            case Framing.NOTIFICATION -> "NOTIFICATION";
            case Framing.KEEPALIVE -> "KEEPALIVE";
            case Framing.ROUTE_REFRESH -> "ROUTE-REFRESH";
            default -> "type " + (type & 0xFF);
        };
    }

    /** RFC 4271 section 6.1, or the input ends within a message. */
    private ObjectNode unframed(byte[] octets, int from, int available, boolean incomplete) {
        var node = Json.MAPPER.createObjectNode();
        boolean header = available >= Framing.HEADER;
        node.put("type", header ? typeName(octets[from + TYPE_AT]) : "none");
        int claimed = available >= MARKER + 2 ? BigEndian.uint16(octets, from + MARKER) : available;
        node.put("length", claimed).put("verdict", "reset");
        node.putArray("faults");
        node.putNull("notification");
        if (incomplete) {
            var seen = header ? claimed + " octets of which " + available + " are there" : available + " octets";
            fault(node, null, "RFC 4271 section 4.1", "reset", available, "a message of " + seen);
        } else {
            var answer = Framing.fault(octets, from, available, options.maxMessageSize());
            int offset = switch (answer.subcode()) {
                case 1 -> 0;
                case 2 -> MARKER;
                default -> TYPE_AT;
            };
            fault(node, null, "RFC 4271 section 6.1", "reset", offset, answer.name());
            node.set("notification", notification(answer));
        }
        node.put("octets", HexFormat.of().formatHex(octets, from, from + available));
        return node;
    }

    static void fault(
            ObjectNode node, @Nullable String attribute, String rule, String action, int offset, String reason) {
        node.withArray("faults")
                .addObject()
                .put("attribute", attribute)
                .put("rule", rule)
                .put("action", action)
                .put("offset", offset)
                .put("reason", reason);
    }

    static ObjectNode notification(Notification notification) {
        var node = Json.MAPPER.createObjectNode();
        node.put("code", notification.code()).put("subcode", notification.subcode());
        node.put("name", notification.name()).put("data", notification.data().toString());
        var text = notification.shutdownText();
        if (!text.isEmpty()) {
            node.put("text", text);
        }
        return node;
    }
}
