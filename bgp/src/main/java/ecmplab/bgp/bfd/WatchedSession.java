package ecmplab.bgp.bfd;

import ecmplab.bgp.bfd.BfdSnapshot.Counts;
import ecmplab.bgp.bfd.BfdSnapshot.PeerSide;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session with its socket and its counts. All but the interface's methods belong to the BFD thread. */
final class WatchedSession implements BfdSession, BfdMachine.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedSession.class);

    private final BfdLoop loop;
    final InetAddress local;
    final InetAddress remote;
    final BfdMachine machine;
    final ReceiveSocket receiver;
    private final SendSocket sender;
    private final BfdListener listener;

    private BfdTimers timers;
    private Instant since;
    private @Nullable BfdEvent lastFailure;
    private long received;
    private long sent;
    private long sendFailures;
    private int ups;
    private int failures;
    private long lastReceived;
    private long lastSent;
    private long longestSendGap;
    private long longestReceiveGap;

    /** @param discriminator of the new machine, not 0 */
    WatchedSession(
            BfdLoop loop,
            InetAddress local,
            InetAddress remote,
            BfdTimers timers,
            BfdListener listener,
            int discriminator,
            ReceiveSocket receiver,
            SendSocket sender) {
        this.loop = loop;
        this.local = local;
        this.remote = remote;
        this.timers = timers;
        this.listener = listener;
        this.receiver = receiver;
        this.sender = sender;
        since = loop.instant();
        machine = new BfdMachine(
                discriminator, loop.inForce(timers), loop.outgoing(), loop.random(), this, System.nanoTime());
    }

    boolean cameFrom(ReceiveSocket socket) {
        return socket.equals(receiver) && SocketAddress.sameAddress(sender.remote, socket.source);
    }

    @Nullable
    PacketFault receive(ControlPacket packet, long now) {
        var before = machine.state();
        var fault = machine.receive(packet, now);
        if (fault == null) {
            received++;
            if (before == BfdState.UP && machine.state() == BfdState.UP) {
                longestReceiveGap = Math.max(longestReceiveGap, now - lastReceived);
            }
            lastReceived = now;
        }
        return fault;
    }

    @Override
    public void send(ControlPacket packet) {
        boolean taken = sender.send(packet.memory());
        long now = System.nanoTime();
        if (!taken) {
            sendFailures++;
            return;
        }
        if (sent > 0 && machine.state() == BfdState.UP && machine.remoteState() == BfdState.UP) {
            longestSendGap = Math.max(longestSendGap, now - lastSent);
        }
        sent++;
        lastSent = now;
    }

    @Override
    public void changed(BfdState from, BfdState to, long silence) {
        since = loop.instant();
        var event = new BfdEvent(
                since,
                from,
                to,
                machine.diagnostic(),
                machine.remoteState(),
                machine.remoteDiagnostic(),
                silence < 0 ? null : Duration.ofNanos(silence),
                microseconds(machine.detectionTime()));
        if (to == BfdState.UP) {
            ups++;
        }
        if (event.isFailure()) {
            failures++;
            lastFailure = event;
        }
        try {
            listener.changed(this, event);
        } catch (RuntimeException wrong) {
            // One listener's mistake must not stop the watch over all the other peers.
            LOG.error("The listener of the BFD session with {} failed at {}", remote.getHostAddress(), event, wrong);
        }
    }

    @Override
    public InetAddress local() {
        return local;
    }

    @Override
    public InetAddress remote() {
        return remote;
    }

    @Override
    public void configure(BfdTimers changed) {
        loop.post(() -> {
            timers = changed;
            machine.configure(loop.inForce(changed), System.nanoTime());
        });
    }

    /** The process has settled: the timers count that were asked for. */
    void settle(long now) {
        machine.configure(timers, now);
    }

    @Override
    public void close() {
        loop.post(() -> machine.close(System.nanoTime()));
    }

    void closeSocket() {
        sender.close();
    }

    @Override
    public BfdSnapshot snapshot() {
        return loop.ask(this::look);
    }

    /** On the BFD thread. */
    BfdSnapshot look() {
        var intervals = machine.intervals();
        return new BfdSnapshot(
                local,
                remote,
                machine.state(),
                machine.diagnostic(),
                since,
                timers,
                machine.localDiscriminator(),
                machine.remoteDiscriminator(),
                new PeerSide(
                        machine.remoteState(),
                        machine.remoteDiagnostic(),
                        machine.remoteMultiplier(),
                        microseconds(intervals.remoteDesiredTransmit()),
                        microseconds(intervals.remoteRequiredReceive()),
                        machine.remoteDemand(),
                        machine.remoteIndependent()),
                microseconds(intervals.transmit()),
                microseconds(machine.detectionTime()),
                intervals.polling(),
                received == 0 ? null : Duration.ofNanos(System.nanoTime() - lastReceived),
                new Counts(
                        received,
                        sent,
                        sendFailures,
                        ups,
                        failures,
                        Duration.ofNanos(longestSendGap),
                        Duration.ofNanos(longestReceiveGap)),
                lastFailure);
    }

    private static Duration microseconds(long amount) {
        return Duration.ofNanos(amount * 1_000);
    }
}
