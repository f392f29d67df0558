package ecmplab.lab.traffic;

import ecmplab.lab.traffic.FlowRecord.Outcome;
import ecmplab.lab.traffic.FlowRecord.Stall;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One long-lived flow: a request, its answer, a pause, the next request. Belongs to the traffic thread. */
final class Flow {
    private static final int MOST_STALLS = 64;

    private final int id;
    private final long pauseNanos;
    private final ByteBuffer in = ByteBuffer.allocate(256);
    private final List<Stall> stalls = new ArrayList<>();

    private @Nullable SocketChannel channel;
    private Outcome outcome = Outcome.CONNECTING;
    private @Nullable String why;
    private @Nullable String vm;
    private @Nullable Instant established;
    private @Nullable Instant asked;
    private int localPort;
    private long askedNanos;
    private long nextRequestNanos;
    private boolean waiting;
    private long requests;
    private long answers;
    private long misdelivered;

    Flow(int id, Duration pause) {
        this.id = id;
        pauseNanos = pause.toNanos();
    }

    void connect(Selector selector, InetSocketAddress destination, long now) {
        try {
            var opened = SocketChannel.open();
            channel = opened;
            opened.configureBlocking(false);
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean done = opened.connect(destination);
            opened.register(selector, done ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            if (done) {
                open(opened, now);
            }
        } catch (IOException refused) {
            end(Outcome.REFUSED, refused);
        }
    }

    /** The selector says that something can be done on the flow's channel. */
    void ready(SelectionKey key, long now) {
        try {
            if (key.isConnectable()) {
                var connected = (SocketChannel) key.channel();
                connected.finishConnect();
                key.interestOps(SelectionKey.OP_READ);
                open(connected, now);
            } else if (key.isReadable()) {
                read((SocketChannel) key.channel(), now);
            }
        } catch (IOException failed) {
            end(outcome == Outcome.CONNECTING ? Outcome.REFUSED : Outcome.RESET, failed);
        }
    }

    /** Sends the next request when its time has come. */
    void tick(long now) {
        if (outcome != Outcome.OPEN || waiting || now - nextRequestNanos < 0 || channel == null) {
            return;
        }
        waiting = true;
        asked = Instant.now();
        askedNanos = now;
        requests++;
        try {
            var line = "flow " + id + " seq " + requests + "\n";
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException failed) {
            end(Outcome.RESET, failed);
        }
    }

    FlowRecord record(long now) {
        var shown = outcome;
        var all = new ArrayList<>(stalls);
        if (outcome == Outcome.OPEN && waiting && asked != null) {
            long waited = now - askedNanos;
            if (waited > FlowTraffic.STALL.toNanos()) {
                all.add(new Stall(asked, waited / 1e6, false));
            }
            if (waited > FlowTraffic.BLACK_HOLE.toNanos()) {
                shown = Outcome.BLACK_HOLED;
            }
        }
        return new FlowRecord(id, localPort, vm, shown, why, established, requests, answers, misdelivered, all);
    }

    boolean isOpen() {
        return outcome == Outcome.OPEN;
    }

    boolean isConnecting() {
        return outcome == Outcome.CONNECTING;
    }

    /** The client is done with the flow; what it has become stays on record. */
    void close() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException ignored) {
                // The record is complete; nothing is learnt from a failing close.
            }
        }
    }

    private void open(SocketChannel connected, long now) throws IOException {
        localPort = ((InetSocketAddress) connected.getLocalAddress()).getPort();
        outcome = Outcome.OPEN;
        established = Instant.now();
        nextRequestNanos = now;
        tick(now);
    }

    private void read(SocketChannel from, long now) throws IOException {
        int count = from.read(in);
        if (count < 0) {
            end(Outcome.CLOSED, null);
            return;
        }
        for (int i = 0; i < in.position(); i++) {
            if (in.get(i) == '\n') {
                var line = new String(in.array(), 0, i, StandardCharsets.US_ASCII);
                in.flip().position(i + 1);
                in.compact();
                answer(line, now);
                i = -1;
            }
        }
        if (!in.hasRemaining()) {
            throw new IOException("an answer without end");
        }
    }

    private void answer(String line, long now) {
        var expected = "flow " + id + " seq " + requests + " ";
        var by = line.startsWith(expected) ? line.substring(expected.length()) : "misdelivered";
        if (vm == null) {
            vm = by;
        }
        if (!by.equals(vm) || by.equals("misdelivered")) {
            misdelivered++;
        }
        answers++;
        waiting = false;
        if (now - askedNanos > FlowTraffic.STALL.toNanos() && asked != null) {
            keep(new Stall(asked, (now - askedNanos) / 1e6, true));
        }
        nextRequestNanos = Math.max(askedNanos + pauseNanos, now);
    }

    private void keep(Stall stall) {
        if (stalls.size() == MOST_STALLS) {
            stalls.remove(stalls.stream()
                    .min(Comparator.comparingDouble(Stall::milliseconds))
                    .orElse(stall));
        }
        stalls.add(stall);
    }

    private void end(Outcome how, @Nullable IOException cause) {
        outcome = how;
        why = cause == null ? null : String.valueOf(cause.getMessage());
        if (waiting && asked != null && established != null) {
            keep(new Stall(asked, (System.nanoTime() - askedNanos) / 1e6, false));
        }
        close();
    }
}
