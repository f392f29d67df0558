package ecmplab.bgp.bfd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteOrder;

/** {@code struct sockaddr_in} and {@code sockaddr_in6} in memory. */
final class SocketAddress {
    /** Octets of the larger one. */
    static final int LARGEST = 28;

    private static final int SIZE_4 = 16;
    private static final int PORT = 2;
    private static final int ADDRESS_4 = 4;
    private static final int ADDRESS_6 = 8;
    private static final int SCOPE = 24;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private SocketAddress() {}

    static int family(InetAddress address) {
        return address instanceof Inet6Address ? Linux.AF_INET6 : Linux.AF_INET;
    }

    static MemorySegment of(InetAddress address, int port, Arena arena) {
        var octets = address.getAddress();
        boolean v6 = octets.length == 16;
        var memory = arena.allocate(v6 ? LARGEST : SIZE_4, 8);
        memory.set(ValueLayout.JAVA_SHORT, 0, (short) family(address));
        memory.set(SHORT, PORT, (short) port);
        MemorySegment.copy(octets, 0, memory, ValueLayout.JAVA_BYTE, v6 ? ADDRESS_6 : ADDRESS_4, octets.length);
        if (address instanceof Inet6Address scoped) {
            memory.set(ValueLayout.JAVA_INT, SCOPE, scoped.getScopeId());
        }
        return memory;
    }

    /** Whether both are of the same family and address, whatever their ports and scopes. */
    static boolean sameAddress(MemorySegment one, MemorySegment other) {
        if (one.get(ValueLayout.JAVA_SHORT, 0) != other.get(ValueLayout.JAVA_SHORT, 0)) {
            return false;
        }
        return one.get(ValueLayout.JAVA_SHORT, 0) == Linux.AF_INET
                ? one.get(ValueLayout.JAVA_INT, ADDRESS_4) == other.get(ValueLayout.JAVA_INT, ADDRESS_4)
                : one.get(LONG, ADDRESS_6) == other.get(LONG, ADDRESS_6)
                        && one.get(LONG, ADDRESS_6 + 8) == other.get(LONG, ADDRESS_6 + 8);
    }
}
