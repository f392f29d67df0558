package ecmplab.bgp.bfd;

import ecmplab.bgp.wire.Octets;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Two state machines and the wire between them, on a clock that the test moves. */
final class Wire {
    static final long MS = 1_000_000;
    private static final long DELAY = MS;

    /** One end. */
    static final class End implements BfdMachine.Owner {
        final BfdMachine machine;
        final List<String> changes = new ArrayList<>();
        /** When each packet was sent. */
        final List<Long> sent = new ArrayList<>();

        final List<byte[]> packets = new ArrayList<>();
        private final Wire wire;
        /** Its packets are lost on the way. */
        boolean muted;
        /** Neither hears nor does anything, as a stopped process. */
        boolean frozen;

        long lastSilence;

        End(Wire wire, int discriminator, BfdTimers timers, long seed) {
            this.wire = wire;
            var packet = new ControlPacket(MemorySegment.ofArray(new byte[ControlPacket.SIZE]));
            machine = new BfdMachine(discriminator, timers, packet, new SplittableRandom(seed), this, wire.now);
        }

        @Override
        public void send(ControlPacket packet) {
            var octets = packet.memory().toArray(ValueLayout.JAVA_BYTE);
            sent.add(wire.now);
            packets.add(octets);
            if (!muted) {
                wire.onTheWay.add(new Flight(wire.now + DELAY, wire.other(this), Octets.of(octets)));
            }
        }

        @Override
        public void changed(BfdState from, BfdState to, long silence) {
            changes.add(from + ">" + to + "@" + machine.diagnostic().ordinal());
            lastSilence = silence;
        }

        ControlPacket last() {
            return new ControlPacket(MemorySegment.ofArray(packets.getLast()));
        }

        /** Between its packets since the time, nanoseconds. */
        List<Long> gaps(long since) {
            var gaps = new ArrayList<Long>();
            for (int i = 1; i < sent.size(); i++) {
                if (sent.get(i - 1) >= since) {
                    gaps.add(sent.get(i) - sent.get(i - 1));
                }
            }
            return gaps;
        }
    }

    private record Flight(long arrival, End to, Octets octets) {}

    long now = 5 * MS;
    final End a;
    final End b;
    private final List<Flight> onTheWay = new ArrayList<>();

    Wire(BfdTimers timersOfA, BfdTimers timersOfB, long seed) {
        a = new End(this, 0xA1, timersOfA, seed);
        b = new End(this, 0xB2, timersOfB, seed + 1);
    }

    static Wire of(String timersOfA, String timersOfB) {
        return new Wire(BfdTimers.parse(timersOfA), BfdTimers.parse(timersOfB), 7);
    }

    private End other(End end) {
        return end == a ? b : a;
    }

    void run(Duration duration) {
        long end = now + duration.toNanos();
        while (true) {
            long next = Math.min(next(a), next(b));
            for (var flight : onTheWay) {
                next = Math.min(next, flight.arrival);
            }
            if (next > end) {
                now = end;
                return;
            }
            now = Math.max(now, next);
            for (var flight : List.copyOf(onTheWay)) {
                if (flight.arrival <= now && !flight.to.frozen) {
                    onTheWay.remove(flight);
                    flight.to.machine.receive(new ControlPacket(MemorySegment.ofArray(flight.octets.toArray())), now);
                } else if (flight.arrival <= now) {
                    onTheWay.remove(flight);
                }
            }
            for (var side : List.of(a, b)) {
                if (!side.frozen) {
                    side.machine.tick(now);
                }
            }
        }
    }

    private long next(End end) {
        return end.frozen || end.machine.isDone(now) ? BfdMachine.NEVER : end.machine.deadline();
    }
}
