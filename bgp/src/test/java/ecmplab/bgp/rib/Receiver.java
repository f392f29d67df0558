package ecmplab.bgp.rib;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.PathAttribute.NextHop;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A peer that believes what it is told: reads UPDATEs octet by octet into a table. Independent of the speaker's own decoder. */
final class Receiver implements Outlet {
    /** Paths without id, or with the lowest. */
    final Map<Prefix, PathAttributes> table = new TreeMap<>();
    /** Paths by id of families with ADD-PATH. */
    final Map<Prefix, Map<Integer, PathAttributes>> paths = new TreeMap<>();

    private final Set<AddressFamily> addPath;
    final Set<AddressFamily> ended = EnumSet.noneOf(AddressFamily.class);
    boolean writable = true;
    /** Sends that succeed before the outlet turns unwritable by itself. */
    int credit = Integer.MAX_VALUE;

    int messages;
    /** ROUTE-REFRESH messages: how many routes had come before each. */
    final List<Integer> demarcations = new ArrayList<>();

    Receiver() {
        this(Set.of());
    }

    /** @param addPath families whose prefixes have path ids */
    Receiver(Set<AddressFamily> addPath) {
        this.addPath = addPath;
    }

    /** By prefix, the paths in an order of their own. */
    Map<Prefix, List<PathAttributes>> all() {
        var all = new TreeMap<Prefix, List<PathAttributes>>();
        table.forEach((prefix, attributes) -> all.put(prefix, List.of(attributes)));
        paths.forEach((prefix, byId) -> all.put(
                prefix,
                byId.values().stream()
                        .sorted(Comparator.comparing(PathAttributes::toString))
                        .toList()));
        return all;
    }

    private int routes;
    /** Families told again at the moment. */
    private final Set<Integer> begun = new HashSet<>();

    private record Route(Prefix prefix, int pathId) {}

    @Override
    public boolean isWritable() {
        return writable;
    }

    @Override
    public boolean send(ByteBuf octets) {
        try {
            if (!writable) {
                return false;
            }
            if (--credit == 0) {
                writable = false;
            }
            while (octets.isReadable()) {
                message(octets);
            }
            return true;
        } finally {
            octets.release();
        }
    }

    private void message(ByteBuf in) {
        messages++;
        int end = in.readerIndex() + in.getUnsignedShort(in.readerIndex() + 16);
        if (in.getUnsignedByte(in.readerIndex() + 18) == 5) {
            int family = in.getUnsignedShort(in.readerIndex() + 19);
            boolean begins = begun.add(family) || !begun.remove(family);
            assertEquals(begins ? 1 : 2, in.getUnsignedByte(in.readerIndex() + 21), "begins, then ends");
            demarcations.add(routes);
            in.readerIndex(end);
            return;
        }
        assertEquals(2, in.getUnsignedByte(in.readerIndex() + 18), "type UPDATE");
        in.skipBytes(19);
        var withdrawn = prefixes(in, AddressFamily.IPV4_UNICAST, in.readUnsignedShort());
        int attributesEnd = in.readUnsignedShort() + in.readerIndex();
        var family = AddressFamily.IPV4_UNICAST;
        var plain = in.alloc().buffer();
        List<Route> reached = new ArrayList<>();
        @Nullable InetAddress nextHop = null;
        boolean multiprotocol = false;
        while (in.readerIndex() < attributesEnd) {
            int start = in.readerIndex();
            int flags = in.readUnsignedByte();
            int type = in.readUnsignedByte();
            int length = (flags & 0x10) != 0 ? in.readUnsignedShort() : in.readUnsignedByte();
            int next = in.readerIndex() + length;
            if (type == 14 || type == 15) {
                multiprotocol = true;
                family = in.readUnsignedShort() == 2 ? AddressFamily.IPV6_UNICAST : AddressFamily.IPV4_UNICAST;
                in.skipBytes(1);
                if (type == 14) {
                    nextHop = address(in, in.readUnsignedByte());
                    in.skipBytes(1);
                    reached.addAll(prefixes(in, family, next - in.readerIndex()));
                } else {
                    withdrawn.addAll(prefixes(in, family, next - in.readerIndex()));
                }
            } else {
                plain.writeBytes(in, start, next - start);
            }
            in.readerIndex(next);
        }
        reached.addAll(prefixes(in, AddressFamily.IPV4_UNICAST, end - in.readerIndex()));
        var block = new byte[plain.readableBytes()];
        plain.readBytes(block);
        plain.release();
        take(family, withdrawn, reached, block, nextHop, multiprotocol);
    }

    private void take(
            AddressFamily family,
            List<Route> withdrawn,
            List<Route> reached,
            byte[] block,
            @Nullable InetAddress nextHop,
            boolean multiprotocol) {
        if (withdrawn.isEmpty() && reached.isEmpty()) {
            assertEquals(0, block.length);
            assertTrue(multiprotocol || family == AddressFamily.IPV4_UNICAST);
            assertTrue(ended.add(family), "End-of-RIB comes once");
        }
        for (var route : withdrawn) {
            assertNotNull(remove(route), () -> route + " was withdrawn, but never announced");
        }
        routes += reached.size();
        for (var route : reached) {
            var parsed = PathAttributes.parse(block);
            var attributes = nextHop == null ? parsed : parsed.with(new NextHop(nextHop));
            if (addPath.contains(route.prefix().family())) {
                paths.computeIfAbsent(route.prefix(), prefix -> new TreeMap<>()).put(route.pathId(), attributes);
            } else {
                table.put(route.prefix(), attributes);
            }
        }
    }

    private @Nullable PathAttributes remove(Route route) {
        if (!addPath.contains(route.prefix().family())) {
            return table.remove(route.prefix());
        }
        var byId = paths.getOrDefault(route.prefix(), new TreeMap<>());
        var removed = byId.remove(route.pathId());
        if (byId.isEmpty()) {
            paths.remove(route.prefix());
        }
        return removed;
    }

    private List<Route> prefixes(ByteBuf in, AddressFamily family, int octets) {
        var prefixes = new ArrayList<Route>();
        for (int end = in.readerIndex() + octets; in.readerIndex() < end; ) {
            int pathId = addPath.contains(family) ? in.readInt() : 0;
            int length = in.readUnsignedByte();
            var address = new byte[family.bits() / 8];
            in.readBytes(address, 0, (length + 7) / 8);
            prefixes.add(new Route(Prefix.of(address(address), length), pathId));
        }
        return prefixes;
    }

    private static InetAddress address(ByteBuf in, int length) {
        var octets = new byte[length];
        in.readBytes(octets);
        return address(octets);
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException wrong) {
            throw new AssertionError(wrong);
        }
    }
}
