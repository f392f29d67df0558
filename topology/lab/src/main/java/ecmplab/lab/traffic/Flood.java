package ecmplab.lab.traffic;

import ecmplab.packet.MacAddress;
import ecmplab.port.sys.SystemCallException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends small UDP packets to one destination at a rate, from many source ports, until closed. What cannot be sent in time is not
 * sent later. A thread of its own.
 */
public final class Flood implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Flood.class);
    private static final long TICK_NANOS = 1_000_000;
    private static final long MOST_A_SECOND = 20_000_000;
    /** Between two looks at the clock. */
    private static final int MOST_AT_ONCE = 4096;

    private static final int MOST_PORTS = 32_768;
    private static final Duration RESOLVING = Duration.ofSeconds(5);
    private static final Path ARP_TABLE = Path.of("/proc/net/arp");

    private final FloodSender sender;
    private final long perSecond;
    private final long began = System.nanoTime();
    private final Thread thread;
    private volatile boolean running = true;
    private volatile long sent;
    private volatile long ended;
    private volatile @Nullable String failure;

    /**
     * @param by how the packets leave
     * @param sent packets
     * @param failure why it ended before its time, or null
     */
    public record Status(
            String by, long sent, double seconds, @Nullable String failure) {}

    private Flood(FloodSender sender, long perSecond) {
        this.sender = sender;
        this.perSecond = perSecond;
        thread = Thread.ofPlatform().name("flood").daemon().unstarted(this::run);
    }

    /**
     * Starts a flood: as live frames when this process may, else by sockets.
     *
     * @param ports how many source ports the packets have by turns, so many flows they are; a power of two
     * @param device by which the destination is reached
     * @param gateway whose address on that link the frames go to
     * @throws IOException when neither can be
     * @throws IllegalArgumentException when a number is out of its range, or the destination no IPv4 address
     */
    public static Flood start(
            InetSocketAddress destination,
            long perSecond,
            int ports,
            String device,
            Inet4Address own,
            InetAddress gateway)
            throws IOException, InterruptedException {
        if (ports < 1 || ports > MOST_PORTS || Integer.bitCount(ports) != 1) {
            throw new IllegalArgumentException(ports + " source ports: must be a power of two up to " + MOST_PORTS);
        }
        if (perSecond < 1 || perSecond > MOST_A_SECOND) {
            throw new IllegalArgumentException("rate " + perSecond + ": must be 1 to " + MOST_A_SECOND + " a second");
        }
        if (!(destination.getAddress() instanceof Inet4Address)) {
            throw new IllegalArgumentException("a flood goes to an IPv4 address");
        }
        var flood = new Flood(sender(destination, ports, device, own, gateway), perSecond);
        flood.thread.start();
        return flood;
    }

    private static FloodSender sender(
            InetSocketAddress destination, int ports, String device, Inet4Address own, InetAddress gateway)
            throws IOException, InterruptedException {
        var nic = NetworkInterface.getByName(device);
        try {
            if (nic != null) {
                var frame = FloodFrame.octets(resolve(destination, gateway), hardwareAddress(nic), own, destination);
                return LiveFrames.open(frame, ports, nic.getIndex());
            }
        } catch (SystemCallException notAllowed) {
            LOG.info("no live frames: {}", notAllowed.getMessage());
        }
        return new FloodSocket(destination, ports);
    }

    private static MacAddress hardwareAddress(NetworkInterface nic) throws IOException {
        var octets = nic.getHardwareAddress();
        if (octets == null) {
            throw new IOException(nic.getName() + " has no Ethernet address");
        }
        return MacAddress.parse(HexFormat.ofDelimiter(":").formatHex(octets));
    }

    /** The gateway's Ethernet address, which the kernel asks for when it has something to send. */
    private static MacAddress resolve(InetSocketAddress destination, InetAddress gateway)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + RESOLVING.toNanos();
        try (var socket = new DatagramSocket()) {
            while (System.nanoTime() - end < 0) {
                socket.send(new DatagramPacket(new byte[1], 1, destination));
                var found = neighbor(gateway);
                if (found.isPresent()) {
                    return found.get();
                }
                Thread.sleep(10);
            }
        }
        throw new IOException(gateway.getHostAddress() + " does not answer ARP");
    }

    private static Optional<MacAddress> neighbor(InetAddress address) throws IOException {
        return Files.readAllLines(ARP_TABLE).stream()
                .map(line -> line.split(" +"))
                .filter(fields -> fields.length > 3
                        && fields[0].equals(address.getHostAddress())
                        && !fields[3].equals("00:00:00:00:00:00"))
                .map(fields -> MacAddress.parse(fields[3]))
                .findFirst();
    }

    private void run() {
        try (sender) {
            long done = 0;
            long skipped = 0;
            while (running) {
                long due = (long) ((System.nanoTime() - began) / 1e9 * perSecond) - done - skipped;
                if (due > 0) {
                    done += sender.send((int) Math.min(due, MOST_AT_ONCE));
                    sent = done;
                    skipped += Math.max(0, due - MOST_AT_ONCE - perSecond * TICK_NANOS / 1_000_000_000);
                } else {
                    LockSupport.parkNanos(TICK_NANOS);
                }
            }
        } catch (IOException failed) {
            failure = String.valueOf(failed.getMessage());
            LOG.warn("flood ended", failed);
        }
        ended = System.nanoTime();
    }

    public Status status() {
        long now = ended == 0 ? System.nanoTime() : ended;
        return new Status(sender.way(), sent, (now - began) / 1e9, failure);
    }

    /** Ends it, and waits until the last packet has left. */
    @Override
    public void close() {
        running = false;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
