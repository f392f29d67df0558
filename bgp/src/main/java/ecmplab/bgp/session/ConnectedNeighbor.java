package ecmplab.bgp.session;

import ecmplab.bgp.attribute.MalformedUpdate;
import ecmplab.bgp.wire.Notification;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a neighbour's {@link StateMachine} on an event loop: its actions on sockets and timers, their doings as events. */
@SuppressWarnings("FutureReturnValueIgnored") // the end of a channel is told to its handler
final class ConnectedNeighbor implements Neighbor {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectedNeighbor.class);

    private volatile SessionConfig config;
    private final SessionListener listener;
    private final Surroundings around;
    private final EventLoop loop;
    private final StateMachine machine;
    private final Dialler dialler;

    private final Counters counters = new Counters();
    private final Status status;

    private final Map<Integer, Connection> connections = new HashMap<>();
    private final Queue<Event> events = new ArrayDeque<>();
    private boolean stepping;
    private int lastNumber;
    private @Nullable Future<?> retryTimer;
    private @Nullable Future<?> backOffTimer;
    private @Nullable CompletableFuture<Void> drained;

    ConnectedNeighbor(SessionConfig config, SessionListener listener, Surroundings around) {
        this.config = config;
        this.listener = listener;
        this.around = around;
        this.loop = around.loop();
        this.status = new Status(counters, around.clock());
        this.machine = new StateMachine(config, around.random());
        this.dialler = new Dialler(around.transport(), loop, this);
    }

    @Override
    public SessionConfig config() {
        return config;
    }

    @Override
    public void reconfigure(SessionConfig changed) {
        if (!changed.remoteAddress().equals(config.remoteAddress())) {
            throw new IllegalArgumentException(
                    "neighbour " + config.remoteAddress().getHostAddress() + " cannot become "
                            + changed.remoteAddress().getHostAddress());
        }
        around.transport().check(changed);
        around.onLoop(() -> {
            config = changed;
            around.keysChanged().run();
            step(new Event.Reconfigured(changed));
        });
    }

    @Override
    public void start() {
        loop.execute(() -> step(new Event.Start()));
    }

    @Override
    public void stop(String text) {
        var notification = Notification.cease(Notification.CEASE_ADMIN_SHUTDOWN, text);
        loop.execute(() -> step(new Event.Stop(notification, text)));
    }

    @Override
    public void reset(Notification notification) {
        loop.execute(() -> step(new Event.Reset(notification, Duration.ZERO)));
    }

    /** Stops for ever; completes when no connection is left. */
    CompletableFuture<Void> end(Notification notification) {
        var done = new CompletableFuture<Void>();
        around.onLoop(() -> {
            step(new Event.Stop(notification, ""));
            drained = done;
            completeWhenDrained();
        });
        return done;
    }

    @Override
    public SessionSnapshot snapshot() {
        return status.snapshot(config);
    }

    /** Takes a connection that the neighbour made, not registered with an event loop yet. From any thread. */
    void accept(SocketChannel channel) {
        channel.config().setAutoRead(false);
        loop.register(channel).addListener((ChannelFuture registered) -> {
            if (registered.isSuccess() && channel.isActive() && isConfigured(channel)) {
                counters.increment(Counters.ACCEPTED);
                int number = connect(channel);
                channel.config().setAutoRead(true);
                step(new Event.Accepted(number, channel.localAddress(), channel.remoteAddress()));
            } else {
                channel.close();
                leaveWhenIdle();
            }
        });
    }

    private boolean isConfigured(SocketChannel channel) {
        try {
            around.transport().configure(channel, config);
            return true;
        } catch (ChannelException gone) {
            return false; // reset by the peer meanwhile
        }
    }

    /** What was dialled stands. */
    void dialled(SocketChannel channel) {
        int number = connect(channel);
        step(new Event.Dialled(number, channel.localAddress(), channel.remoteAddress()));
    }

    private int connect(SocketChannel channel) {
        var connection = new Connection(this, ++lastNumber, channel);
        connections.put(connection.number(), connection);
        channel.pipeline().addLast(connection);
        return connection.number();
    }

    /** Feeds the state machine and does what it says. An event that comes up meanwhile waits its turn. */
    void step(Event event) {
        assert loop.inEventLoop();
        events.add(event);
        if (stepping) {
            return;
        }
        stepping = true;
        try {
            for (var next = events.poll(); next != null; next = events.poll()) {
                var actions = machine.step(next);
                status.entered(machine.state());
                if (next instanceof Event.NotificationReceived received) {
                    status.received(received.notification());
                }
                for (var action : actions) {
                    performSafely(action);
                }
            }
        } finally {
            stepping = false;
        }
        leaveWhenIdle();
    }

    /** What fails, in a listener or here, must not keep the other actions from being done. No connection can be trusted after it. */
    private void performSafely(Action action) {
        try {
            perform(action);
        } catch (RuntimeException failure) {
            LOG.error("session with {} ends", config.remoteAddress().getHostAddress(), failure);
            connections
                    .keySet()
                    .forEach(number -> events.add(
                            new Event.MalformedReceived(number, Notification.cease(0), "internal error: " + failure)));
        }
    }

    /** A guest stays as long as it has a connection, and while it is stopped or backs off. */
    private void leaveWhenIdle() {
        if (connections.isEmpty() && machine.state() == State.ACTIVE && lastNumber > 0) {
            around.left().accept(this);
        }
    }

    private void perform(Action action) {
        switch (action) {
            case Action.Dial() -> {
                counters.increment(Counters.CONNECT_ATTEMPTS);
                dialler.dial(config);
            }
            case Action.AbortDial() -> dialler.abort();
            case Action.StartRetryTimer(var after) -> {
                cancel(retryTimer);
                retryTimer = schedule(new Event.RetryTimerExpired(), after);
            }
            case Action.StopRetryTimer() -> cancel(retryTimer);
            case Action.StartBackOff(var after) -> backOffTimer = schedule(new Event.BackOffExpired(), after);
            case Action.StopBackOff() -> cancel(backOffTimer);
            case Action.SendOpen(int number, var open) -> connection(number).sendOpen(open);
            case Action.SendKeepalive(int number) -> connection(number).sendKeepalive();
            case Action.StartHoldTimer(int number, var after) ->
                connection(number).timers().startHold(after);
            case Action.StartKeepaliveTimer(int number, var after) ->
                connection(number).timers().startKeepalive(after);
            case Action.Close close -> close(close);
            case Action.SessionUp(int number, var negotiated) -> up(connection(number), negotiated);
            case Action.SessionDown over -> down(over.reason());
            case Action.AttemptFailed(var reason) -> {
                status.closed(reason);
                listener.attemptFailed(this, reason);
            }
            case Action.Refused refused -> counters.increment(Counters.REFUSED);
            case Action.StateChanged(var from, var to, var cause) -> {
                around.taps().stateChanged(this, from, to);
                listener.stateChanged(this, from, to, cause);
            }
        }
    }

    private void close(Action.Close close) {
        var connection = connection(close.connection());
        if (close.notification() != null) {
            status.sent(close.notification());
        }
        status.closed(close.reason());
        boolean peerIsGone = close.reason() instanceof CloseReason.HoldTimerExpired
                || close.reason() instanceof CloseReason.SendHoldTimerExpired;
        connection.finish(close.notification(), peerIsGone);
    }

    private void up(Connection connection, Negotiated negotiated) {
        counters.increment(Counters.ESTABLISHED);
        var established = connection.establish(negotiated);
        status.up(established);
        around.transport().limitRetransmission(connection.channel(), negotiated.holdTime());
        connection.timers().startSendHold(config.timers().sendHoldTime());
        connection.introduce(around.taps());
        listener.established(established, negotiated);
    }

    private void down(CloseReason reason) {
        var over = status.down();
        if (over != null) {
            around.taps().closed(over.ends(), over.negotiated(), reason);
            listener.closed(over, reason);
        }
    }

    /** On the event loop: tells a tap that is new of the session that is up. */
    void introduce(MessageTap tap) {
        connections.values().forEach(connection -> connection.introduce(tap));
    }

    /** The connection of an action: the state machine knows only those that are here. */
    private Connection connection(int number) {
        var connection = connections.get(number);
        if (connection == null) {
            throw new IllegalStateException("no connection " + number + " with " + config.remoteAddress());
        }
        return connection;
    }

    private Future<?> schedule(Event event, Duration after) {
        return loop.schedule(() -> step(event), after.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static void cancel(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    // What a connection tells.

    EventLoop loop() {
        return loop;
    }

    SessionListener listener() {
        return listener;
    }

    Taps taps() {
        return around.taps();
    }

    Counters counters() {
        return counters;
    }

    void heard() {
        counters.set(Counters.LAST_READ_MILLIS, around.clock().millis());
    }

    void wrote() {
        counters.set(Counters.LAST_WRITE_MILLIS, around.clock().millis());
    }

    void writable(Outbound outbound) {
        var up = status.session();
        if (up != null && up.uses(outbound)) {
            listener.writable(up);
        }
    }

    void malformed(Session of, MalformedUpdate fault) {
        switch (fault.cost()) {
            case DISCARD_ATTRIBUTE -> counters.increment(Counters.DISCARDED_ATTRIBUTES);
            case TREAT_AS_WITHDRAW -> counters.increment(Counters.TREATED_AS_WITHDRAW);
            case SESSION_RESET -> {}
        }
        listener.malformed(of, fault);
    }

    /** A programming error, in the listener or here: the session cannot be trusted any more. */
    void broke(Connection connection, Throwable cause) {
        LOG.error("session with {} ends", config.remoteAddress().getHostAddress(), cause);
        step(new Event.MalformedReceived(connection.number(), Notification.cease(0), "internal error: " + cause));
    }

    /** The connection's socket is closed. */
    void gone(Connection connection) {
        connection.timers().stop();
        connections.remove(connection.number());
        completeWhenDrained();
        leaveWhenIdle();
    }

    private void completeWhenDrained() {
        if (drained != null && connections.isEmpty()) {
            drained.complete(null);
        }
    }

    @Override
    public String toString() {
        return config.toString();
    }
}
