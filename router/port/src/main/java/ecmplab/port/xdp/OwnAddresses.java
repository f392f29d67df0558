package ecmplab.port.xdp;

import ecmplab.port.bpf.BpfMap;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * The addresses of a namespace, as its steering programs look them up: what is for one of them is the kernel's. They may
 * change while traffic flows. For any thread.
 */
public final class OwnAddresses implements AutoCloseable {
    /** Octets of a key: an IPv6 address, or an IPv4 address mapped into one (RFC 4291 section 2.5.5.2). */
    static final int KEY_SIZE = 16;

    /** Addresses that fit; more are refused. */
    public static final int CAPACITY = 1024;

    private final BpfMap map;
    private final Set<InetAddress> present = new HashSet<>();

    public OwnAddresses() throws SystemCallException {
        map = BpfMap.create(BpfMap.Kind.HASH, KEY_SIZE, Integer.BYTES, CAPACITY);
    }

    /**
     * Lets {@code addresses} be all that there are. New ones are added before old ones leave.
     *
     * @throws SystemCallException when they are too many: those that fit are in
     */
    public synchronized void set(Collection<InetAddress> addresses) throws SystemCallException {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            for (var address : addresses) {
                if (!present.contains(address)) {
                    map.put(key(address, arena), value);
                    present.add(address);
                }
            }
            var gone = new HashSet<>(present);
            gone.removeAll(new HashSet<>(addresses));
            for (var address : gone) {
                map.remove(key(address, arena));
                present.remove(address);
            }
        }
    }

    private static MemorySegment key(InetAddress address, Arena arena) {
        var key = arena.allocate(KEY_SIZE, 8);
        var octets = address.getAddress();
        boolean v4 = address instanceof Inet4Address;
        if (v4) {
            key.set(ValueLayout.JAVA_SHORT, 10, (short) 0xFFFF);
        }
        MemorySegment.copy(octets, 0, key, ValueLayout.JAVA_BYTE, v4 ? 12 : 0, octets.length);
        return key;
    }

    public synchronized Set<InetAddress> present() {
        return Set.copyOf(present);
    }

    int descriptor() {
        return map.descriptor();
    }

    @Override
    public void close() {
        map.close();
    }
}
