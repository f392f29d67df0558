package ecmplab.port;

import ecmplab.port.sys.Errno;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.PacketSocket;
import ecmplab.port.sys.PollFd;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Sleeps until one of several ports has something to receive, another thread calls {@link #wake}, or time is up (poll(2)).
 * Belongs to one thread but for {@code wake}, which anybody may call, before and after {@code close} too.
 */
public final class Poller implements AutoCloseable {
    private final Arena arena = Arena.ofAuto();
    private final List<? extends Port> ports;
    /** Each port's descriptor, each port's second one, and the one that wakes. */
    private final MemorySegment entries;

    private final boolean[] erred;
    private final MemorySegment eight = arena.allocate(8, 8);
    private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
    private final int wakeUp;
    private boolean closed;

    public Poller(List<? extends Port> ports) throws SystemCallException {
        this.ports = List.copyOf(ports);
        erred = new boolean[2 * ports.size()];
        entries = arena.allocate((erred.length + 1L) * PollFd.SIZE, 8);
        wakeUp = Linux.check(Linux.eventDescriptor(), "eventfd");
    }

    /** @return whether a port has something, or {@link #wake} was called; false when the time was up */
    public boolean await(int timeoutMillis) {
        int count = ports.size();
        for (int i = 0; i < count; i++) {
            // Asked anew each time: a closed port has -1, which the kernel skips.
            PollFd.set(entries, i, ports.get(i).descriptor(), PollFd.POLLIN);
            PollFd.set(entries, count + i, ports.get(i).sideDescriptor(), PollFd.POLLIN);
        }
        PollFd.set(entries, erred.length, wakeUp, PollFd.POLLIN);
        int ready = Linux.poll(entries.address(), erred.length + 1, timeoutMillis);
        if (ready == -Errno.EINTR) {
            return true;
        }
        if (ready < 0) {
            throw new IllegalStateException("poll: " + Errno.name(-ready));
        }
        if (ready > 0) {
            look();
        }
        return ready > 0;
    }

    private void look() {
        if (PollFd.returned(entries, erred.length) != 0) {
            Linux.read(wakeUp, eight.address(), 8);
        }
        for (int i = 0; i < erred.length; i++) {
            boolean error = (PollFd.returned(entries, i) & PollFd.POLLERR) != 0;
            if (error && erred[i]) {
                // Its port has not asked for the error (one that receives from a ring makes no call that would), and a
                // socket with an error, such as "the interface went down", does not let anybody sleep.
                PacketSocket.takeError(PollFd.descriptor(entries, i));
            }
            erred[i] = error;
        }
    }

    /** Ends the current {@link #await}, or the next one at once. */
    public synchronized void wake() {
        if (!closed) {
            Linux.write(wakeUp, one.address(), 8);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Linux.close(wakeUp);
        }
    }
}
