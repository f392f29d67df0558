package ecmplab.bgp.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A well-behaved peer in AS 65009 that sees what the subject passes on, and so what it made of the message of a case. It reads UPDATEs
 * with few words of its own, and only those that a right speaker sends.
 */
final class Observer extends RawPeer {
    /** The route that the observer announces; every other peer gets it. */
    static final String BEACON = "20 C0000280";

    /** Attributes of a route, by type: flags, then value; and the number of the UPDATE it came with. */
    record Route(int serial, Map<Integer, byte[]> attributes) {
        byte[] value(int type) {
            var attribute = attributes.get(type);
            return attribute == null ? new byte[0] : Arrays.copyOfRange(attribute, 1, attribute.length);
        }
    }

    private static final String OPEN =
            "OPEN 04 FDF1 0000 0A000009 [ 02 [ 01 04 00010001  01 04 00020001  02 00  06 00  41 04 0000FDF1 ] ]";

    /** By NLRI as hex; guarded by the scene's monitor. */
    private final Map<String, Route> routes = new HashMap<>();

    private int updates;
    private int announced;

    private Observer(Scene scene, InetAddress from, SubjectSpeaker subject) throws IOException {
        super(scene, from, subject.address());
    }

    static Observer connect(Scene scene, SubjectSpeaker subject) throws IOException, InterruptedException {
        var address = InetAddress.ofLiteral("127.9.0.1");
        subject.expect(Profile.Pool.OBSERVER, address);
        var text = new MessageText(Map.of());
        while (true) {
            Observer observer;
            try {
                observer = new Observer(scene, address, subject);
            } catch (IOException notYet) {
                scene.await(() -> false, 50);
                continue;
            }
            if (observer.await(MessageText.OPEN)) {
                observer.send(text.messages(OPEN));
                if (observer.await(MessageText.KEEPALIVE)) {
                    observer.send(text.messages("KEEPALIVE ; UPDATE [[ ]] [[ 40 01 01 00  40 02 [ 02 01 0000FDF1 ]"
                            + "  40 03 [ C0000209 ] ]] " + BEACON));
                    return observer;
                }
            }
            observer.close();
            scene.await(() -> false, 100);
        }
    }

    /** Announces a route that was not there before; returns its NLRI. */
    byte[] announceAnother() {
        return announceAnother("");
    }

    /** The same with more attributes. */
    byte[] announceAnother(String attributes) {
        int number;
        synchronized (this) {
            number = ++announced;
        }
        var nlri = HexFormat.of().parseHex("200A63%04X".formatted(number));
        send(new MessageText(Map.of("NLRI", nlri))
                .messages("UPDATE [[ ]] [[ 40 01 01 00  40 02 [ 02 01 0000FDF1 ]  40 03 [ C0000209 ] " + attributes
                        + " ]] $NLRI"));
        return nlri;
    }

    /** What it has for the NLRI, or null. */
    @Nullable
    Route route(byte[] nlri) {
        return routes.get(HexFormat.of().formatHex(nlri));
    }

    @Override
    void received(int type, byte[] body) {
        if (type == MessageText.UPDATE) {
            int withdrawn = uint16(body, 0);
            int attributesAt = 4 + withdrawn;
            int attributesEnd = attributesAt + uint16(body, 2 + withdrawn);
            prefixes(body, 2, 2 + withdrawn, null);
            var attributes = attributes(body, attributesAt, attributesEnd);
            var route = new Route(++updates, attributes);
            var unreached = route.value(15);
            if (unreached.length > 3) {
                prefixes(unreached, 3, unreached.length, null);
            }
            var reached = route.value(14);
            if (reached.length > 5) {
                prefixes(reached, 5 + reached[3], reached.length, route);
            }
            prefixes(body, attributesEnd, body.length, route);
        }
    }

    static Map<Integer, byte[]> attributes(byte[] body, int from, int to) {
        var attributes = new HashMap<Integer, byte[]>();
        for (int at = from; at < to; ) {
            boolean extended = (body[at] & 0x10) != 0;
            int size = extended ? uint16(body, at + 2) : body[at + 2] & 0xFF;
            int value = at + (extended ? 4 : 3);
            var attribute = new byte[size + 1];
            attribute[0] = body[at];
            System.arraycopy(body, value, attribute, 1, size);
            attributes.put(body[at + 1] & 0xFF, attribute);
            at = value + size;
        }
        return attributes;
    }

    private void prefixes(byte[] octets, int from, int to, @Nullable Route route) {
        for (int at = from; at < to; ) {
            int size = 1 + ((octets[at] & 0xFF) + 7) / 8;
            var nlri = HexFormat.of().formatHex(octets, at, at + size);
            if (route == null) {
                routes.remove(nlri);
            } else {
                routes.put(nlri, route);
            }
            at += size;
        }
    }

    static int uint16(byte[] octets, int at) {
        return (octets[at] & 0xFF) << 8 | (octets[at + 1] & 0xFF);
    }
}
