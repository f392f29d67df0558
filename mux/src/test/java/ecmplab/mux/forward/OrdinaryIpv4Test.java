package ecmplab.mux.forward;

import static ecmplab.mux.forward.MuxRig.CLIENT;
import static ecmplab.mux.forward.MuxRig.VIP;
import static ecmplab.mux.forward.MuxRig.active;
import static ecmplab.mux.forward.MuxRig.endpoint;
import static ecmplab.mux.forward.MuxRig.vm;
import static ecmplab.mux.forward.MuxRig.web;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Tcp;
import ecmplab.testkit.Hex;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The short way of ordinary packets and the long way come to the same. A frame to the broadcast address goes the long way, and its addresses are
 * replaced, so two MUXes that get the same packets, one in frames to itself and one in broadcasts, must do the same.
 */
class OrdinaryIpv4Test {
    private static final int PACKETS = 20_000;
    private static final EndpointPolicy[] POLICY = {
        web(active(7, vm(1, 21), vm(2, 22))),
        endpoint(new EndpointId(MuxRig.VIP_ADDRESS, 17, 53), Affinity.SOURCE_IP, active(7, vm(3, 23)))
    };

    private final MuxRig quick = MuxRig.serving(POLICY);
    private final MuxRig slow = MuxRig.serving(POLICY);
    private final Random random = new Random(20_261_123);

    @Test
    void whateverComesTheShortWayAndTheLongWayDoTheSame() {
        int forwarded = 0;
        for (int i = 0; i < PACKETS; i++) {
            var frame = mutated(valid());
            var broadcast = frame.clone();
            Arrays.fill(broadcast, 0, Math.min(6, broadcast.length), (byte) 0xFF);

            var byQuick = quick.send(frame);
            var bySlow = slow.send(broadcast);

            assertEquals(text(bySlow), text(byQuick), () -> "for " + Hex.text(frame));
            forwarded += byQuick.size();
        }
        assertEquals(slow.mux.counters(), quick.mux.counters());
        assertTrue(forwarded > PACKETS / 4 && forwarded < PACKETS, forwarded + " forwarded of " + PACKETS);
    }

    private byte[] valid() {
        int client = CLIENT + random.nextInt(50);
        int port = 1024 + random.nextInt(4);
        int payload = random.nextInt(10) == 0 ? 1400 + random.nextInt(100) : random.nextInt(20);
        return random.nextBoolean()
                ? Packets.tcp(client, port, VIP, random.nextInt(8) == 0 ? 81 : 80, flags(), payload)
                : Packets.udp(client, port, VIP, random.nextInt(8) == 0 ? 54 : 53, payload);
    }

    private int flags() {
        int[] some = {Tcp.SYN, Tcp.ACK, Tcp.RST, Tcp.SYN | Tcp.ACK, Tcp.SYN | Tcp.RST, 0};
        return some[random.nextInt(some.length)];
    }

    /** Octets behind the Ethernet addresses changed, the IP checksum made right again in most, the end cut off or prolonged. */
    private byte[] mutated(byte[] frame) {
        if (random.nextInt(3) == 0) {
            return frame;
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            frame[12 + random.nextInt(Math.min(44, frame.length - 12))] = (byte) random.nextInt(256);
        }
        if (random.nextInt(4) != 0 && frame.length >= 14 + 4 * (frame[14] & 0xF) && (frame[14] & 0xF) >= 5) {
            new Ipv4().wrap(MemorySegment.ofArray(frame), 14).updateChecksum();
        }
        return switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(frame, random.nextInt(frame.length + 1));
            case 1 -> Arrays.copyOf(frame, Math.min(1564, frame.length + random.nextInt(30)));
            default -> frame;
        };
    }

    private static List<String> text(List<byte[]> frames) {
        return frames.stream().map(Hex::text).toList();
    }
}
