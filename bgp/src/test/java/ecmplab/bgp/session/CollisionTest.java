package ecmplab.bgp.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.capability.Open;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Notification;
import ecmplab.bgp.wire.RouterId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Two state machines back to back over a network in memory, where a seeded scheduler decides what happens next: which octets arrive,
 * which dial completes, which timer fires. Both sides dial, so connections collide in every way there is.
 */
class CollisionTest {
    private static final int ROUNDS = 20_000;
    private static final int MOST_STEPS = 5_000;
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 179);

    @Test
    void thereAreNeverTwoSessionsAndAlwaysOneInTheEnd() {
        int flapped = 0;
        for (int seed = 0; seed < ROUNDS; seed++) {
            flapped += new Network(seed, 0, 0).run() ? 1 : 0;
        }
        assertEquals(0, flapped, "rounds that lost an established session");
    }

    @Test
    void norWhenConnectionsBreakAndTimersFireBeforeMessagesArrive() {
        int flapped = 0;
        for (int seed = 0; seed < ROUNDS; seed++) {
            flapped += new Network(seed, seed % 5, seed % 7).run() ? 1 : 0;
        }
        assertTrue(flapped > 0, "the cuts hit sessions too");
    }

    /** One direction of a connection: what was sent and has not arrived. */
    private static final class Pipe {
        private final Queue<Object> sent = new ArrayDeque<>();
        /** The receiver's number of the connection, once it has it. */
        private @Nullable Integer number;

        private boolean closed;
    }

    private static final Object KEEPALIVE = new Object();
    private static final Object EOF = new Object();

    private static final class Side {
        private final StateMachine machine;
        private final Map<Integer, Pipe> out = new HashMap<>();
        private final Map<Integer, Pipe> in = new HashMap<>();
        private final Set<Integer> established = new HashSet<>();
        private int lastNumber;
        private boolean started;
        private boolean dialling;
        private boolean retry;
        private boolean backOff;
        private boolean flapped;
        /** Connections with a keepalive timer, and how often one may still fire. */
        private final Set<Integer> keepaliveTimers = new HashSet<>();

        private int keepalivesLeft;

        Side(StateMachine machine) {
            this.machine = machine;
        }

        void step(Event event) {
            for (var action : machine.step(event)) {
                perform(action);
            }
            assertTrue(established.size() <= 1, "two sessions at once");
        }

        private void perform(Action action) {
            switch (action) {
                case Action.Dial() -> dialling = true;
                case Action.AbortDial() -> dialling = false;
                case Action.StartRetryTimer timer -> retry = true;
                case Action.StopRetryTimer() -> retry = false;
                case Action.StartBackOff timer -> backOff = true;
                case Action.StopBackOff() -> backOff = false;
                case Action.SendOpen(int number, var open) -> send(number, open);
                case Action.SendKeepalive(int number) -> send(number, KEEPALIVE);
                case Action.Close(int number, var notification, var reason) -> {
                    if (notification != null) {
                        send(number, notification);
                    }
                    send(number, EOF);
                    keepaliveTimers.remove(number);
                    if (in.get(number) instanceof Pipe pipe) {
                        pipe.closed = true;
                    }
                }
                case Action.SessionUp(int number, var negotiated) -> established.add(number);
                case Action.SessionDown(int number, var reason) -> {
                    assertTrue(established.remove(number));
                    flapped = true;
                }
                case Action.StartHoldTimer timer -> {}
                case Action.StartKeepaliveTimer timer -> keepaliveTimers.add(timer.connection());
                case Action.AttemptFailed failed -> {}
                case Action.Refused refused -> {}
                case Action.StateChanged changed -> {}
            }
        }

        private void send(int number, Object message) {
            if (out.get(number) instanceof Pipe pipe) {
                pipe.sent.add(message);
            }
        }

        void receive(Pipe pipe) {
            var message = pipe.sent.remove();
            var number = pipe.number;
            if (pipe.closed || number == null) {
                return;
            }
            if (message instanceof Open open) {
                step(new Event.OpenReceived(number, open));
            } else if (message instanceof Notification notification) {
                step(new Event.NotificationReceived(number, notification));
            } else if (message == KEEPALIVE) {
                step(new Event.KeepaliveReceived(number));
            } else {
                pipe.closed = true;
                step(new Event.Lost(number, "closed by the peer"));
            }
        }
    }

    private static final class Network {
        private final SplittableRandom random;
        private final Side left;
        private final Side right;
        private final List<Pipe> toLeft = new ArrayList<>();
        private final List<Pipe> toRight = new ArrayList<>();
        private final List<Runnable> completions = new ArrayList<>();
        private int cutsLeft;

        /**
         * @param cuts connections that break
         * @param keepalives how often keepalive timers of each side fire
         */
        Network(int seed, int cuts, int keepalives) {
            cutsLeft = cuts;
            random = new SplittableRandom(seed);
            left = side("10.0.0.1", 65_001, 65_002);
            // Sometimes the identifiers tie and the AS decides.
            right = side(seed % 3 == 0 ? "10.0.0.1" : seed % 3 == 1 ? "10.0.0.2" : "9.0.0.1", 65_002, 65_001);
            left.keepalivesLeft = keepalives;
            right.keepalivesLeft = keepalives;
        }

        private Side side(String routerId, int ours, int theirs) {
            var config = SessionConfig.of(ADDRESS.getAddress(), Asn.of(theirs), Asn.of(ours), RouterId.parse(routerId));
            return new Side(new StateMachine(config, random.split()));
        }

        /** Returns whether an established session was lost on the way. */
        boolean run() {
            for (int step = 0; step < MOST_STEPS; step++) {
                var possible = possible();
                if (possible.isEmpty()) {
                    break;
                }
                possible.get(random.nextInt(possible.size())).run();
            }
            assertEquals(List.of(), possible(), "it comes to rest");
            assertEquals(1, left.established.size());
            assertEquals(1, right.established.size());
            var fromLeft = left.out.get(left.established.iterator().next());
            assertEquals(
                    right.established.iterator().next(),
                    fromLeft == null ? null : fromLeft.number,
                    "both ends are of one connection");
            return left.flapped || right.flapped;
        }

        private List<Runnable> possible() {
            var possible = new ArrayList<Runnable>();
            addOf(left, right, toRight, toLeft, possible);
            addOf(right, left, toLeft, toRight, possible);
            completions.forEach(completion -> possible.add(() -> {
                completions.remove(completion);
                completion.run();
            }));
            return possible;
        }

        private void addOf(Side side, Side other, List<Pipe> away, List<Pipe> here, List<Runnable> possible) {
            if (!side.started) {
                possible.add(() -> {
                    side.started = true;
                    side.step(new Event.Start());
                });
            }
            if (side.dialling && completions.size() < 2) {
                possible.add(() -> connect(side, other, away, here));
            }
            if (side.retry) {
                possible.add(() -> {
                    side.retry = false;
                    side.step(new Event.RetryTimerExpired());
                });
            }
            if (side.backOff) {
                possible.add(() -> {
                    side.backOff = false;
                    side.step(new Event.BackOffExpired());
                });
            }
            if (side.keepalivesLeft > 0) {
                side.keepaliveTimers.forEach(number -> possible.add(() -> {
                    side.keepalivesLeft--;
                    side.step(new Event.KeepaliveTimerExpired(number));
                }));
            }
            for (int i = 0; cutsLeft > 0 && i < here.size(); i++) {
                var one = here.get(i);
                var way = away.get(i);
                if (!one.closed && !way.closed) {
                    possible.add(() -> cut(one, way));
                }
            }
            for (var pipe : here) {
                if (!pipe.sent.isEmpty() && pipe.number != null) {
                    possible.add(() -> side.receive(pipe));
                }
            }
        }

        /** Both ends see the connection break, after what has arrived and before what has not. */
        private void cut(Pipe one, Pipe other) {
            cutsLeft--;
            for (var pipe : List.of(one, other)) {
                pipe.sent.clear();
                pipe.sent.add(EOF);
            }
        }

        /** TCP connects: the other side accepts now or later, this side learns of it now or later. */
        private void connect(Side side, Side other, List<Pipe> away, List<Pipe> here) {
            if (!other.started) {
                side.dialling = false;
                side.step(new Event.DialFailed("connection refused"));
                return;
            }
            side.dialling = false;
            var out = new Pipe();
            var in = new Pipe();
            away.add(out);
            here.add(in);
            completions.add(() -> {
                int number = ++other.lastNumber;
                out.number = number;
                other.in.put(number, out);
                other.out.put(number, in);
                other.step(new Event.Accepted(number, ADDRESS, ADDRESS));
            });
            completions.add(() -> {
                if (side.machine.state() == State.ESTABLISHED || side.machine.state() == State.IDLE) {
                    // The dial was given up meanwhile.
                    out.sent.add(EOF);
                    in.closed = true;
                    return;
                }
                int number = ++side.lastNumber;
                in.number = number;
                side.in.put(number, in);
                side.out.put(number, out);
                side.step(new Event.Dialled(number, ADDRESS, ADDRESS));
            });
        }
    }
}
