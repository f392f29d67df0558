package ecmplab.port.xdp;

import static java.lang.System.Logger.Level.WARNING;

import ecmplab.port.sys.AddressSocket;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.PollFd;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Keeps {@link OwnAddresses} equal to what the kernel has, by a thread that sleeps until an address comes or goes. */
public final class OwnAddressWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OwnAddressWatch.class.getName());

    private final Arena arena = Arena.ofShared();
    private final MemorySegment entries = arena.allocate(2L * PollFd.SIZE, 8);
    private final OwnAddresses addresses;
    private final AddressSocket socket;
    private final int stop;
    private final Thread thread;
    private boolean closed;

    private OwnAddressWatch(OwnAddresses addresses, AddressSocket socket, int stop) {
        this.addresses = addresses;
        this.socket = socket;
        this.stop = stop;
        thread = Thread.ofPlatform().name("own-addresses").daemon().unstarted(this::follow);
    }

    /** For the namespace of the calling thread. Its addresses are in when this returns. */
    public static OwnAddressWatch start() throws SystemCallException {
        var addresses = new OwnAddresses();
        AddressSocket socket = null;
        try {
            socket = new AddressSocket();
            addresses.set(socket.addresses());
            int stop = Linux.check(Linux.eventDescriptor(), "eventfd");
            var watch = new OwnAddressWatch(addresses, socket, stop);
            watch.thread.start();
            return watch;
        } catch (SystemCallException failed) {
            addresses.close();
            if (socket != null) {
                socket.close();
            }
            throw failed;
        }
    }

    public OwnAddresses addresses() {
        return addresses;
    }

    private void follow() {
        while (true) {
            PollFd.set(entries, 0, stop, PollFd.POLLIN);
            PollFd.set(entries, 1, socket.descriptor(), PollFd.POLLIN);
            Linux.poll(entries.address(), 2, -1);
            if (PollFd.returned(entries, 0) != 0) {
                return;
            }
            if (PollFd.returned(entries, 1) != 0) {
                try {
                    addresses.set(socket.addresses());
                } catch (SystemCallException failed) {
                    LOG.log(WARNING, "own addresses stay as they were: " + failed.getMessage());
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        Linux.write(stop, arena.allocateFrom(ValueLayout.JAVA_LONG, 1).address(), 8);
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException interruption) {
                interrupted = true;
            }
        }
        Linux.close(stop);
        socket.close();
        addresses.close();
        arena.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
