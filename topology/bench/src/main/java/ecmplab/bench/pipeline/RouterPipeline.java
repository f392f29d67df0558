package ecmplab.bench.pipeline;

import ecmplab.bgp.wire.Prefix;
import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.port.PacketProcessor;
import ecmplab.router.EdgeRouter;
import ecmplab.router.RouterConfig;
import ecmplab.router.StaticRoute;
import ecmplab.router.forward.RouterInterface;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A router with one route over two next hops: from the parsed frame to the frame for the neighbour. */
public class RouterPipeline extends Pipeline {
    private static final MacAddress IN_MAC = MacAddress.parse("02:00:00:00:00:11");
    private static final MacAddress OUT_MAC = MacAddress.parse("02:00:00:00:00:12");
    private static final int OUT = 0x0A80_0001;
    private static final int FIRST_NEXT_HOP = 0x0A80_0002;
    private static final int NEXT_HOPS = 2;
    private static final long NEXT_HOP_MAC = 0x02_00_00_00_01_00L;
    private static final int DESTINATION = 0xCB00_710A;
    private static final int PORT = 53;

    /** How many flows the packets are of. */
    @Param({"4096", "1048576"})
    public String flows = "4096";

    private final DiscardPort in = new DiscardPort("eth0", IN_MAC, 1600, pool);
    private final DiscardPort out = new DiscardPort("eth1", OUT_MAC, 1600, pool);

    @Setup
    public void route() {
        var clients = new Clients(Integer.parseInt(flows), IN_MAC, DESTINATION, PORT);
        var interfaces = List.of(
                new RouterInterface(in, Ipv4.address(0xC000_0201), 24),
                new RouterInterface(out, Ipv4.address(OUT), 24));
        var nextHops = List.<InetAddress>of(Ipv4.address(FIRST_NEXT_HOP), Ipv4.address(FIRST_NEXT_HOP + 1));
        var route = new StaticRoute(Prefix.parse("203.0.113.0/24"), nextHops);
        var processor = new EdgeRouter(
                        RouterConfig.of(interfaces, List.of(route), 42),
                        event -> {},
                        () -> nanos,
                        InstantSource.system())
                .processor();
        processor.tick(nanos);
        clients.fill(burst, pool);
        processor.process(in, burst, nanos); // asks for the neighbours, who answer
        for (int i = 0; i < NEXT_HOPS; i++) {
            resolve(processor, FIRST_NEXT_HOP + i, NEXT_HOP_MAC + i);
        }
        measure(new Subject(processor, in, clients, out::sent));
    }

    private void resolve(PacketProcessor processor, int address, long mac) {
        long frame = pool.acquire();
        new Ethernet().wrap(pool.memory(), frame).set(OUT_MAC.bits(), mac, Ethernet.TYPE_ARP);
        new Arp().wrap(pool.memory(), frame + Ethernet.LENGTH).set(Arp.REPLY, mac, address, OUT_MAC.bits(), OUT);
        burst.clear();
        burst.add(frame, Arp.FRAME_LENGTH);
        processor.process(out, burst, nanos);
    }
}
