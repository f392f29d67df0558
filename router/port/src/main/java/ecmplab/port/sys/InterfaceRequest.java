package ecmplab.port.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.US_ASCII;

import ecmplab.packet.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Asking the kernel about one interface of the calling thread's network namespace ({@code struct ifreq}, netdevice(7)), and
 * the ethtool commands. Holds a socket: close it.
 */
public final class InterfaceRequest implements AutoCloseable {
    private static final int SIZE = 40;
    private static final int NAME_SIZE = 16;

    private static final int GET_FLAGS = 0x8913;
    private static final int GET_MTU = 0x8921;
    private static final int GET_HARDWARE_ADDRESS = 0x8927;
    private static final int GET_INDEX = 0x8933;
    private static final int ETHTOOL = 0x8946;

    private static final int FLAG_UP = 1;
    private static final int FLAG_RUNNING = 0x40;

    /** {@code struct ethtool_channels}: command, four maxima, four counts (rx, tx, other, combined), u32 each. */
    private static final int GET_CHANNELS = 0x3C;

    private static final int CHANNELS_SIZE = 36;
    private static final int CHANNELS_RX = 20;
    private static final int CHANNELS_COMBINED = 32;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment request = arena.allocate(SIZE, 8);
    /** Command u32, value u32. */
    private final MemorySegment ethtoolValue = arena.allocate(8, 4);

    private final MemorySegment channels = arena.allocate(CHANNELS_SIZE, 4);

    private final String name;
    private final int socket;

    public InterfaceRequest(String name) throws SystemCallException {
        var octets = name.getBytes(US_ASCII);
        if (octets.length == 0 || octets.length >= NAME_SIZE) {
            arena.close();
            throw new IllegalArgumentException("interface name '" + name + "': must be 1 to 15 octets");
        }
        this.name = name;
        MemorySegment.copy(octets, 0, request, ValueLayout.JAVA_BYTE, 0, octets.length);
        int opened = Linux.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
        if (opened < 0) {
            arena.close();
        }
        socket = Linux.check(opened, "socket(AF_INET) for interface " + name);
    }

    public String name() {
        return name;
    }

    public int index() throws SystemCallException {
        call(GET_INDEX, "SIOCGIFINDEX");
        return request.get(JAVA_INT, NAME_SIZE);
    }

    /** Octets. */
    public int mtu() throws SystemCallException {
        call(GET_MTU, "SIOCGIFMTU");
        return request.get(JAVA_INT, NAME_SIZE);
    }

    public MacAddress mac() throws SystemCallException {
        call(GET_HARDWARE_ADDRESS, "SIOCGIFHWADDR");
        long bits = 0;
        for (int i = 0; i < 6; i++) {
            bits = bits << 8 | (request.get(ValueLayout.JAVA_BYTE, NAME_SIZE + 2 + i) & 0xFFL);
        }
        return new MacAddress(bits);
    }

    /** Whether the interface is administratively up. */
    public boolean up() throws SystemCallException {
        call(GET_FLAGS, "SIOCGIFFLAGS");
        return (request.get(JAVA_SHORT, NAME_SIZE) & FLAG_UP) != 0;
    }

    /** Whether the interface is up and has carrier (RFC 2863's operational state). */
    public boolean running() throws SystemCallException {
        call(GET_FLAGS, "SIOCGIFFLAGS");
        int both = FLAG_UP | FLAG_RUNNING;
        return (request.get(JAVA_SHORT, NAME_SIZE) & both) == both;
    }

    /** Asks for a value by an ethtool command ({@code struct ethtool_value}); returns it, or a negated errno. */
    public int getByEthtool(int command) {
        int result = setByEthtool(command, 0);
        return result < 0 ? result : ethtoolValue.get(JAVA_INT, 4);
    }

    /** How many receive queues the interface has: 1 where the driver does not know of any. */
    public int receiveQueues() throws SystemCallException {
        channels.fill((byte) 0);
        channels.set(JAVA_INT, 0, GET_CHANNELS);
        request.set(JAVA_LONG, NAME_SIZE, channels.address());
        int result = Linux.ioctl(socket, ETHTOOL, request);
        if (result == -Errno.EOPNOTSUPP) {
            return 1;
        }
        Linux.check(result, "ioctl(SIOCETHTOOL, channels) on " + name);
        return Math.max(1, channels.get(JAVA_INT, CHANNELS_RX) + channels.get(JAVA_INT, CHANNELS_COMBINED));
    }

    /** Sets a value by an ethtool command ({@code struct ethtool_value}); returns 0 or a negated errno. */
    public int setByEthtool(int command, int value) {
        ethtoolValue.set(JAVA_INT, 0, command);
        ethtoolValue.set(JAVA_INT, 4, value);
        request.set(JAVA_LONG, NAME_SIZE, ethtoolValue.address());
        return Linux.ioctl(socket, ETHTOOL, request);
    }

    private void call(int number, String symbol) throws SystemCallException {
        Linux.check(Linux.ioctl(socket, number, request), "ioctl(" + symbol + ") on " + name);
    }

    @Override
    public void close() {
        Linux.close(socket);
        arena.close();
    }
}
