package ecmplab.lab.message;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.attribute.MalformedUpdate;
import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Framing;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * UPDATEs as JSON. {@code attributes}, {@code nlri} and {@code withdrawn} are what the message has, of both the fields of the message and
 * the multiprotocol attributes; {@code verdict} says what becomes of it.
 */
final class UpdateReader {
    private static final int WITHDRAWN_AT = Framing.HEADER + 2;

    private final UpdateOptions options;
    private final UpdateDecoder decoder;

    UpdateReader(UpdateOptions options) {
        this.options = options;
        this.decoder = new UpdateDecoder(options);
    }

    void read(byte[] message, ObjectNode node) {
        var all = new ArrayList<MalformedUpdate>();
        var end = new EndOfRib();
        var strongest = decoder.decode(message, 0, message.length, end, all);
        if (strongest != null) {
            node.put("verdict", action(strongest.cost()));
            if (strongest.cost() == Cost.SESSION_RESET) {
                node.set("notification", MessageReader.notification(strongest.notification()));
            }
        }
        for (var fault : all) {
            int type = fault.attributeType();
            var name = type == 0 ? null : AttributeType.name(type);
            MessageReader.fault(node, name, fault.rule(), action(fault.cost()), fault.offset(), fault.reason());
        }
        fields(message, node);
        node.put("eor", end.family != null);
        if (end.family != null) {
            node.put("family", end.family == AddressFamily.IPV4_UNICAST ? "ipv4 unicast" : "ipv6 unicast");
        }
    }

    private static String action(Cost cost) {
        return switch (cost) {
            case DISCARD_ATTRIBUTE -> "discard";
            case TREAT_AS_WITHDRAW -> "withdraw";
            case SESSION_RESET -> "reset";
        };
    }

    private void fields(byte[] message, ObjectNode node) {
        var attributes = node.putArray("attributes");
        var nlri = node.putArray("nlri");
        var withdrawn = node.putArray("withdrawn");
        int withdrawnTo = WITHDRAWN_AT + BigEndian.uint16(message, Framing.HEADER);
        int from = withdrawnTo + 2;
        int to = from > message.length ? message.length + 1 : from + BigEndian.uint16(message, withdrawnTo);
        if (to > message.length) {
            return;
        }
        add(withdrawn, prefixes(message, WITHDRAWN_AT, withdrawnTo));
        add(nlri, prefixes(message, to, message.length));
        for (int at = from; at < to; ) {
            int header = (message[at] & AttributeType.EXTENDED_LENGTH) != 0 ? 4 : 3;
            if (to - at < header) {
                return;
            }
            int size = header == 4 ? BigEndian.uint16(message, at + 2) : message[at + 2] & 0xFF;
            int next = at + header + size;
            if (next > to) {
                return;
            }
            var value = Arrays.copyOfRange(message, at + header, next);
            var attribute = AttributeJson.read(message[at] & 0xFF, message[at + 1] & 0xFF, value, options);
            attributes.add(attribute);
            add(nlri, attribute.path("value").get("nlri"));
            add(withdrawn, attribute.path("value").get("withdrawn"));
            at = next;
        }
    }

    private @Nullable ArrayNode prefixes(byte[] message, int from, int to) {
        var family = AddressFamily.IPV4_UNICAST;
        return PrefixJson.read(message, from, to, family, options.addPath().contains(family));
    }

    private static void add(ArrayNode list, @Nullable JsonNode more) {
        if (more != null) {
            more.forEach(element -> list.add(element));
        }
    }

    private static final class EndOfRib implements UpdateDecoder.Sink {
        private @Nullable AddressFamily family;

        @Override
        public void attributes(byte[] octets, int from, int length) {}

        @Override
        public void reach(AddressFamily of, long high, long low, int prefixLength, int pathId) {}

        @Override
        public void unreach(AddressFamily of, long high, long low, int prefixLength, int pathId) {}

        @Override
        public void endOfRib(AddressFamily of) {
            family = of;
        }
    }
}
