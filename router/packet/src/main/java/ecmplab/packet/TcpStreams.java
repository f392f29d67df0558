package ecmplab.packet;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts the TCP segments of a capture in order again, each direction of a connection for itself (RFC 9293 section 3.4): repeated octets
 * are dropped, early ones wait. What waits is bounded: then, and at the end, the missing octets are given up.
 */
public final class TcpStreams {
    /** Octets of one direction. */
    public interface Sink {
        /** @param afterGap whether octets before these were lost, or the beginning was not captured */
        void octets(Instant at, Flow flow, byte[] octets, boolean afterGap);

        /** A new connection takes the place of whatever had the same addresses. */
        void begins(Flow flow);
    }

    /** One direction of a connection. */
    public record Flow(InetSocketAddress source, InetSocketAddress destination) {
        public Flow reversed() {
            return new Flow(destination, source);
        }
    }

    private static final int MOST_WAITING = 4 << 20;
    private static final int MOST_FLOWS = 10_000;

    private static final int ETHERNET = 1;
    private static final int TCP = 6;
    private static final int VLAN = 0x8100;
    private static final int PROVIDER_VLAN = 0x88A8;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;
    private static final int FIN_OR_RST = 5;
    private static final int SYN = 2;

    private final Sink sink;
    /** The least recently used direction goes first. */
    private final Map<Flow, Direction> directions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Flow, Direction> eldest) {
            return size() > MOST_FLOWS;
        }
    };

    private static final class Direction {
        private long next = -1;
        private boolean gap = true;
        private int waiting;
        private final TreeMap<Long, byte[]> early = new TreeMap<>();
    }

    public TcpStreams(Sink sink) {
        this.sink = sink;
    }

    /** Takes a packet; what is not TCP over IP is ignored. */
    public void packet(CaptureReader.Packet packet) {
        var octets = packet.octets();
        int at = network(packet.linkType(), octets);
        if (at < 0 || at >= octets.length) {
            return;
        }
        switch ((octets[at] & 0xFF) >>> 4) {
            case 4 -> ipv4(packet.at(), octets, at);
            case 6 -> ipv6(packet.at(), octets, at);
            default -> {}
        }
    }

    /** Gives up what is missing. */
    public void end() {
        directions.forEach((flow, direction) -> {
            while (!direction.early.isEmpty()) {
                skip(direction);
                deliver(Instant.EPOCH, flow, direction);
            }
        });
    }

    /** Where the IP header begins; -1 when the link type is not one of those. */
    private static int network(int linkType, byte[] octets) {
        return switch (linkType) {
            case ETHERNET -> {
                int at = 12;
                while (at + 2 <= octets.length && (uint16(octets, at) == VLAN || uint16(octets, at) == PROVIDER_VLAN)) {
                    at += 4;
                }
                boolean ip = at + 2 <= octets.length && (uint16(octets, at) == IPV4 || uint16(octets, at) == IPV6);
                yield ip ? at + 2 : -1;
            }
            case 0, 108 -> 4; // the loopback of BSD
            case 12, 14, 101, 228, 229 -> 0; // IP alone
            case 113 -> 16; // tcpdump -i any
            case 276 -> 20; // and its second form
            default -> -1;
        };
    }

    private void ipv4(Instant when, byte[] octets, int at) {
        if (octets.length - at < 20) {
            return;
        }
        int header = 4 * (octets[at] & 15);
        int total = uint16(octets, at + 2);
        boolean fragment = (uint16(octets, at + 6) & 0x3FFF) != 0;
        if (header < 20 || fragment || octets[at + 9] != TCP) {
            return;
        }
        // A total length of 0 is that of segmentation offload.
        int end = total == 0 ? octets.length : Math.min(octets.length, at + total);
        segment(when, octets, at + header, end, at + 12, 4);
    }

    private void ipv6(Instant when, byte[] octets, int at) {
        if (octets.length - at < 40) {
            return;
        }
        int payload = uint16(octets, at + 4);
        int end = payload == 0 ? octets.length : Math.min(octets.length, at + 40 + payload);
        int next = octets[at + 6] & 0xFF;
        int header = at + 40;
        while ((next == 0 || next == 43 || next == 60) && header + 8 <= end) {
            next = octets[header] & 0xFF;
            header += 8 * (1 + (octets[header + 1] & 0xFF));
        }
        if (next == TCP) {
            segment(when, octets, header, end, at + 8, 16);
        }
    }

    private void segment(Instant when, byte[] octets, int tcp, int end, int addresses, int width) {
        int header = tcp + 20 <= end ? 4 * ((octets[tcp + 12] & 0xFF) >>> 4) : 0;
        if (header < 20 || tcp + header > end) {
            return;
        }
        var flow = new Flow(
                endpoint(octets, addresses, width, uint16(octets, tcp)),
                endpoint(octets, addresses + width, width, uint16(octets, tcp + 2)));
        int flags = octets[tcp + 13];
        long sequence =
                Integer.toUnsignedLong(ByteBuffer.wrap(octets, tcp + 4, 4).getInt());
        var direction = directions.computeIfAbsent(flow, ignored -> new Direction());
        if ((flags & SYN) != 0) {
            if (direction.next != sequence + 1) {
                direction.early.clear();
                direction.waiting = 0;
                direction.next = sequence + 1;
                direction.gap = false;
                sink.begins(flow);
            }
            return;
        }
        var payload = Arrays.copyOfRange(octets, tcp + header, end);
        if (payload.length > 0) {
            if (direction.next < 0) {
                direction.next = sequence;
            }
            take(when, flow, direction, direction.next + (int) (sequence - direction.next), payload);
        }
        if ((flags & FIN_OR_RST) != 0 && direction.early.isEmpty()) {
            directions.remove(flow);
        }
    }

    /** Sequence numbers are kept in 64 bits, so that they are in order when the 32 bits wrap. */
    private void take(Instant when, Flow flow, Direction direction, long sequence, byte[] payload) {
        long behind = direction.next - sequence;
        if (behind >= payload.length) {
            return;
        }
        var old = direction.early.get(sequence);
        if (old == null || old.length < payload.length) {
            direction.early.put(sequence, payload);
            direction.waiting += payload.length - (old == null ? 0 : old.length);
        }
        deliver(when, flow, direction);
        while (direction.waiting > MOST_WAITING) {
            skip(direction);
            deliver(when, flow, direction);
        }
    }

    private static void skip(Direction direction) {
        direction.next = direction.early.firstKey();
        direction.gap = true;
    }

    private void deliver(Instant when, Flow flow, Direction direction) {
        for (var first = direction.early.firstEntry();
                first != null && first.getKey() <= direction.next;
                first = direction.early.firstEntry()) {
            direction.early.pollFirstEntry();
            var payload = first.getValue();
            direction.waiting -= payload.length;
            long known = direction.next - first.getKey();
            if (known < payload.length) {
                sink.octets(when, flow, Arrays.copyOfRange(payload, (int) known, payload.length), direction.gap);
                direction.gap = false;
                direction.next += payload.length - known;
            }
        }
    }

    private static InetSocketAddress endpoint(byte[] octets, int at, int width, int port) {
        return new InetSocketAddress(address(Arrays.copyOfRange(octets, at, at + width)), port);
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static int uint16(byte[] octets, int at) {
        return (octets[at] & 0xFF) << 8 | (octets[at + 1] & 0xFF);
    }
}
