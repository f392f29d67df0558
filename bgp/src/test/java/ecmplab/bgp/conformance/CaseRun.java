package ecmplab.bgp.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A case being run against a subject: a peer with an address and prefixes of its own. What the subject made of an UPDATE is seen by the
 * observer; that it is done with it, by two more routes which the observer sees, one sent after the other was seen.
 */
final class CaseRun implements AutoCloseable {
    private static final int FIRST_PREFIX = 0xC612_0000;
    private static final int FIRST_TAIL = 64_496;

    final Scene scene;
    final Profile profile;
    private final Case tested;
    private final InetAddress address;
    private final InetSocketAddress target;
    private final Observer observer;
    private final int number;
    private final MessageText text;
    /** The case's IPv4 and IPv6 prefixes as NLRI. */
    private final byte[] p;

    private final byte[] q;
    private final Map<String, byte[]> names = new HashMap<>();
    private @Nullable RawPeer peer;
    private int marks;

    /** @param number of the case in this subject's life, from 1 */
    CaseRun(Scene scene, SubjectSpeaker subject, Observer observer, Case tested, int number) {
        this.scene = scene;
        this.tested = tested;
        this.profile = tested.profile();
        this.observer = observer;
        this.number = number;
        int last = number + 1;
        address = InetAddress.ofLiteral("127." + profile.pool.net + "." + (last >> 8) + "." + (last & 0xFF));
        target = subject.address();
        subject.expect(profile.pool, address);
        text = new MessageText(names);
        names.put("ID", new byte[] {10, (byte) profile.pool.net, (byte) (last >> 8), (byte) last});
        p = pathId(plain(0));
        q = HexFormat.of().parseHex("3020010DB8%04X".formatted(number));
        names.put("P", p);
        names.put("N", plain(0));
        names.put("Q", q);
        names.put("BASE", base(FIRST_TAIL + 1, -1));
    }

    private byte[] pathId(byte[] nlri) {
        return profile.sendsPathIds() ? text.octets("00000001 " + HexFormat.of().formatHex(nlri)) : nlri;
    }

    /** The NLRI of the case's prefix 0 (which messages call {@code $P}), 1, 2 or 3, as it is without a path id. */
    private byte[] plain(int which) {
        return HexFormat.of().parseHex("20%08X".formatted(FIRST_PREFIX + 4 * number + which));
    }

    /** Attributes of a sound route whose AS_PATH ends in {@code tail}, less the one of a type. */
    private byte[] base(int tail, int without) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(without == 1 ? new byte[0] : text.octets("40 01 01 00"));
        out.writeBytes(without == 2 ? new byte[0] : text.octets(profile.path(tail)));
        out.writeBytes(without == 3 ? new byte[0] : text.octets("40 03 04 C0000206"));
        out.writeBytes(profile.pool.isEbgp() || without == 5 ? new byte[0] : text.octets("40 05 04 00000064"));
        return out.toByteArray();
    }

    RawPeer peer() {
        if (peer == null) {
            throw new IllegalStateException("not connected");
        }
        return peer;
    }

    /** Connects, and has the subject's OPEN. */
    RawPeer connect() throws IOException, InterruptedException {
        var connected = another();
        peer = connected;
        return connected;
    }

    /** A connection besides the one at hand. */
    RawPeer another() throws IOException {
        return new RawPeer(scene, address, target);
    }

    /** The subject is in OpenConfirm. */
    void open() throws IOException, InterruptedException {
        connect().await(MessageText.OPEN);
        send(profile.open());
        peer().await(MessageText.KEEPALIVE);
    }

    /** The session is up, and the subject has said all it has to say. */
    void establish() throws IOException, InterruptedException {
        open();
        send("KEEPALIVE");
        beacons(1);
    }

    /** Waits until the beacon came so often; says whether it did. */
    boolean beacons(long count) throws InterruptedException {
        return scene.await(() -> beaconsSeen() >= count || peer().ended());
    }

    long beaconsSeen() {
        var beacon = HexFormat.of().formatHex(text.octets(Observer.BEACON));
        return peer().count(
                        MessageText.UPDATE,
                        body -> HexFormat.of().formatHex(body).contains(beacon));
    }

    /** Has the observer announce a route and waits until the peer has it, or the connection ends; what was due before came before. */
    void sentinel() throws InterruptedException {
        var nlri = HexFormat.of().formatHex(observer.announceAnother());
        scene.await(() -> ended()
                || peer().count(
                                        MessageText.UPDATE,
                                        body -> HexFormat.of().formatHex(body).contains(nlri))
                        > 0);
    }

    /** Has the observer announce a route that this peer is to be told, or not; returns the UPDATE as it came, or null. */
    byte @Nullable [] announceByObserver(String attributes) throws InterruptedException {
        var nlri = HexFormat.of().formatHex(observer.announceAnother(attributes));
        // Two, because the first may share a flush with the route and be ahead of it.
        sentinel();
        sentinel();
        return peer().messages().stream()
                .filter(message -> message.type == MessageText.UPDATE)
                .map(message -> message.body)
                .filter(body -> HexFormat.of().formatHex(body).contains(nlri))
                .findFirst()
                .orElse(null);
    }

    /** The UPDATE that the beacon came with. */
    byte[] beacon() {
        var beacon = HexFormat.of().formatHex(text.octets(Observer.BEACON));
        return peer().messages().stream()
                .filter(message -> message.type == MessageText.UPDATE)
                .map(message -> message.body)
                .filter(body -> HexFormat.of().formatHex(body).contains(beacon))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no beacon came"));
    }

    /** The subtypes of the ROUTE-REFRESH messages that came, one after the other. */
    String subtypes() {
        var subtypes = new StringBuilder();
        peer().messages().stream()
                .filter(message -> message.type == MessageText.ROUTE_REFRESH)
                .forEach(message -> subtypes.append(message.body[2]));
        return subtypes.toString();
    }

    void send(String messages) {
        peer().send(octets(messages));
    }

    byte[] octets(String messages) {
        return text.messages(messages);
    }

    /** Announces the case's prefix, and the IPv6 one if the messages name it, and waits for both to arrive. */
    void announceFirst(boolean six) throws InterruptedException {
        send(update(base(FIRST_TAIL, -1), p));
        if (six) {
            send("UPDATE [[ ]] [[ 40 01 01 00 " + profile.path(FIRST_TAIL)
                    + (profile.pool.isEbgp() ? "" : " 40 05 04 00000064")
                    + " 80 0E [ 0002 01 10 20010DB8 00*11 06 00 $Q ] ]]");
        }
        scene.await(() -> ended() || (observer.route(plain(0)) != null && (!six || observer.route(q) != null)));
    }

    private static String update(byte[] attributes, byte[]... nlri) {
        var routes = new StringBuilder();
        for (var one : nlri) {
            routes.append(HexFormat.of().formatHex(one)).append(' ');
        }
        return "UPDATE [[ ]] [[ " + HexFormat.of().formatHex(attributes) + " ]] " + routes;
    }

    /** Sends a sound route and waits until the observer has it; false when the connection ended first. */
    boolean mark() throws InterruptedException {
        int which = 1 + marks++ % 3;
        send(update(base(FIRST_TAIL + 1 + marks, -1), pathId(plain(which))));
        scene.await(() -> ended() || observer.route(plain(which)) != null);
        return observer.route(plain(which)) != null && !ended();
    }

    /** Waits until the observer lacks the case's prefix; says whether it does. */
    boolean awaitWithdrawal() throws InterruptedException {
        return scene.await(() -> observer.route(plain(0)) == null);
    }

    /** As {@link #mark}, and what was sent before has reached the observer too. */
    boolean settle() throws InterruptedException {
        // The first mark may be sent on before what came before it, in the same flush; the second comes in another.
        boolean first = mark();
        return first && mark();
    }

    private boolean ended() {
        return peer().ended() || peer().notification() != null;
    }

    /** In the state Established: sends, and says what became of the case's route. */
    String judgeRoute(String messages) throws InterruptedException {
        boolean six = messages.contains("$Q");
        announceFirst(six);
        byte[] watched = six ? q : plain(0);
        var before = observer.route(watched);
        int type = -1;
        if (messages.startsWith("ATTR ") || messages.startsWith("WITHOUT ")) {
            var words = messages.split("\\s+", 2);
            var attribute = text.octets(words[1]);
            boolean without = words[0].equals("WITHOUT");
            type = without ? attribute[0] : attribute[1] & 0xFF;
            var all = new ByteArrayOutputStream();
            all.writeBytes(base(FIRST_TAIL + 1, type));
            all.writeBytes(without ? new byte[0] : attribute);
            send(update(all.toByteArray(), p));
        } else {
            send(messages);
        }
        if (!settle()) {
            return ending();
        }
        var after = observer.route(watched);
        if (after == null) {
            return "withdraw";
        }
        if (before != null && after.serial() == before.serial()) {
            return "keep";
        }
        var attribute = after.attributes().get(type);
        return type <= 3
                ? "accept"
                : attribute == null ? "discard" : "carry" + ((attribute[0] & 0x20) == 0 ? "" : " partial");
    }

    /** Before Established: sends, and says whether a session comes of it. */
    String judgeSession(String messages) throws InterruptedException {
        send(messages);
        return mark() ? "established" : ending();
    }

    /** How the connection ended, or did not. */
    String ending() throws InterruptedException {
        return ending(peer());
    }

    String ending(RawPeer connection) throws InterruptedException {
        scene.await(() -> connection.ended() || connection.notification() != null);
        var notification = connection.notification();
        if (notification == null) {
            return connection.ended() ? "closed" : "silence";
        }
        var data = HexFormat.of().withUpperCase().formatHex(notification, 2, notification.length);
        return notification[0] + "/" + (notification[1] & 0xFF) + tested.data(data);
    }

    @Override
    public void close() throws IOException {
        if (peer != null) {
            peer.close();
        }
    }
}
