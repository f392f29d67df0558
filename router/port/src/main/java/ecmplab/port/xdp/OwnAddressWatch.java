package ecmplab.port.xdp;

import static java.lang.System.Logger.Level.WARNING;

import ecmplab.port.netlink.Message;
import ecmplab.port.netlink.NetlinkSocket;
import ecmplab.port.netlink.Request;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.PollFd;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Keeps {@link OwnAddresses} equal to what the kernel has, by a thread that sleeps until an address comes or goes. */
public final class OwnAddressWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OwnAddressWatch.class.getName());

    private static final int NEW_ADDRESS = 20;
    private static final int GET_ADDRESS = 22;
    /** RTNLGRP_IPV4_IFADDR and RTNLGRP_IPV6_IFADDR. */
    private static final int[] NEWS = {5, 9};

    /** Octets of {@code struct ifaddrmsg}. */
    private static final int ADDRESS_MESSAGE = 8;

    private static final int ATTRIBUTE_ADDRESS = 1;
    /** The own end of a point-to-point link, where {@code ADDRESS} is the other; for IPv4 always there. */
    private static final int ATTRIBUTE_LOCAL = 2;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment entries = arena.allocate(2L * PollFd.SIZE, 8);
    private final OwnAddresses addresses;
    private final NetlinkSocket news;
    private final NetlinkSocket kernel;
    private final int stop;
    private final Thread thread;
    private boolean closed;

    private OwnAddressWatch(OwnAddresses addresses, NetlinkSocket news, NetlinkSocket kernel, int stop) {
        this.addresses = addresses;
        this.news = news;
        this.kernel = kernel;
        this.stop = stop;
        thread = Thread.ofPlatform().name("own-addresses").daemon().unstarted(this::follow);
    }

    /** For the namespace of the calling thread. Its addresses are in when this returns. */
    public static OwnAddressWatch start() throws SystemCallException {
        var addresses = new OwnAddresses();
        NetlinkSocket news = null;
        NetlinkSocket kernel = null;
        try {
            news = new NetlinkSocket(NEWS);
            kernel = new NetlinkSocket();
            addresses.set(ask(kernel));
            int stop = Linux.check(Linux.eventDescriptor(), "eventfd");
            var watch = new OwnAddressWatch(addresses, news, kernel, stop);
            watch.thread.start();
            return watch;
        } catch (SystemCallException failed) {
            addresses.close();
            if (news != null) {
                news.close();
            }
            if (kernel != null) {
                kernel.close();
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
            PollFd.set(entries, 1, news.descriptor(), PollFd.POLLIN);
            Linux.poll(entries.address(), 2, -1);
            if (PollFd.returned(entries, 0) != 0) {
                return;
            }
            if (PollFd.returned(entries, 1) != 0) {
                try {
                    news.news(told -> {}); // whatever it was, and were some of it lost: the answer has all of it
                    addresses.set(ask(kernel));
                } catch (SystemCallException failed) {
                    LOG.log(WARNING, "own addresses stay as they were: " + failed.getMessage());
                }
            }
        }
    }

    /** All addresses of all interfaces now. */
    private static Set<InetAddress> ask(NetlinkSocket kernel) throws SystemCallException {
        var found = new HashSet<InetAddress>();
        var request = new Request(GET_ADDRESS, 0, "dump of addresses").octets(new int[ADDRESS_MESSAGE]);
        kernel.dump(request, found::clear, message -> own(message).ifPresent(found::add));
        return found;
    }

    /** The address that a message tells of; empty when it is of another family than IP. */
    private static Optional<InetAddress> own(Message message) {
        if (message.type() != NEW_ADDRESS) {
            return Optional.empty();
        }
        var attributes = message.attributes(ADDRESS_MESSAGE);
        try {
            var octets = attributes.octets(ATTRIBUTE_LOCAL).or(() -> attributes.octets(ATTRIBUTE_ADDRESS));
            return octets.isEmpty() ? Optional.empty() : Optional.of(InetAddress.getByAddress(octets.get()));
        } catch (UnknownHostException notAnAddress) {
            return Optional.empty();
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
        news.close();
        kernel.close();
        addresses.close();
        arena.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
