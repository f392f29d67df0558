package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Vxlan;
import ecmplab.port.sys.InterfaceRequest;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A VXLAN device of the kernel, as it comes, takes what is encapsulated over IPv6 here. */
@Needs({Need.ROOT, Need.IPROUTE})
final class VxlanIpv6Test {
    private static final long NET = 0x2001_0DB8L << 32;
    private static final int FRAMES = 100;

    @Test
    void aKernelTakesTheFramesAndNoneWithoutAChecksum() throws Exception {
        try (var here = new TestNamespace();
                var there = new TestNamespace();
                var arena = Arena.ofShared()) {
            here.ip("link add e type veth peer name e netns " + there.name());
            here.ip("link set e up");
            there.within(() -> Files.writeString(Path.of("/proc/sys/net/ipv6/conf/e/disable_ipv6"), "0"));
            there.ip("link set e up");
            there.ip("addr add 2001:db8::b/64 dev e nodad");
            there.ip("link add vx type vxlan id 5001 dstport 4789 local 2001:db8::b dev e");
            there.ip("link set vx up");
            long to = there.within(() -> {
                try (var request = new InterfaceRequest("e")) {
                    return request.mac().bits();
                }
            });
            var pool = new FramePool(256, 2048, arena);
            try (var port = here.within(() -> KernelPort.open("e", pool))) {
                send(port, to, false);
                send(port, to, true);
                Await.until("the frames with a checksum", () -> received(there) == FRAMES);
                send(port, to, false);
                send(port, to, true);
                Await.until("those after others without", () -> received(there) >= 2 * FRAMES);
                assertEquals(2 * FRAMES, received(there));
            }
        }
    }

    private static void send(KernelPort port, long to, boolean checksum) {
        var pool = port.pool();
        for (int i = 0; i < FRAMES; i++) {
            long inner = pool.acquire();
            int length = Ethernet.LENGTH + 46 + i;
            pool.memory().asSlice(inner, length).fill((byte) i);
            new Ethernet().wrap(pool.memory(), inner).set(0xFFFF_FFFF_FFFFL, 0x02_00_00_00_00_09L, 0x88B5);
            long outer = Vxlan.encapsulateIpv6(
                    pool.memory(), inner, length, to, port.mac().bits(), NET, 0xA, NET, 0xB, 50_000 + i, 5001);
            if (!checksum) {
                long udp = outer + Ethernet.LENGTH + Ipv6.LENGTH;
                pool.memory().asSlice(udp + 6, 2).fill((byte) 0);
            }
            assertTrue(port.send(outer, length + Vxlan.ENCAPSULATION_IPV6));
            port.flush();
        }
    }

    /** Frames that the VXLAN device has taken out. */
    private static long received(TestNamespace where) throws Exception {
        var process = new ProcessBuilder("ip", "-s", "-n", where.name(), "link", "show", "vx").start();
        var lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        for (int i = 0; i + 1 < lines.size(); i++) {
            if (lines.get(i).strip().startsWith("RX:")) {
                return Long.parseLong(lines.get(i + 1).strip().split("\\s+")[1]);
            }
        }
        return -1;
    }
}
