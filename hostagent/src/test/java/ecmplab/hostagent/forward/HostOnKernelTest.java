package ecmplab.hostagent.forward;

import static ecmplab.hostagent.forward.Fabric.member;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.TableVersion.State;
import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import ecmplab.port.ForwardingThread;
import ecmplab.port.FramePool;
import ecmplab.port.KernelPort;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Real TCP stacks at both ends, the kernel's own VXLAN as the MUX, the agent between them on packet sockets. */
@Needs({Need.ROOT, Need.IPROUTE})
@ParameterizedClass
@EnumSource(Families.class)
final class HostOnKernelTest {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Families families;
    private final InetAddress vip;
    private KernelNetwork network;
    private KernelPort underlay;
    private KernelPort cable;
    private DatagramSocket vxlan;
    private ServerSocket server;
    private HostAgent agent;
    private ForwardingThread thread;

    HostOnKernelTest(Families families) {
        this.families = families;
        vip = families.inner(Fabric.VIP);
    }

    @BeforeEach
    void start() throws Exception {
        network = new KernelNetwork(families);
        var pool = new FramePool(4096, 2048, Arena.ofAuto());
        underlay = network.within("host", () -> KernelPort.open("eth0", pool));
        cable = network.within("host", () -> KernelPort.open("vm1", pool));
        var own = families.ofHost(Packets.ip("10.0.0.1"), Fabric.GATEWAY);
        vxlan = network.within(
                "host",
                () -> new DatagramSocket(new InetSocketAddress(own.getFirst().address(), 4789)));
        server = network.within("vm", () -> new ServerSocket(8080));
        Thread.ofVirtual().start(this::echo);
        var vm = new VmPort(
                "vm11",
                cable,
                families.inner(Fabric.dip(1, 1)),
                new MacAddress(Fabric.vmMac(1, 1)),
                new Vni(Fabric.VNI),
                families.inner(Fabric.VM_GATEWAY));
        agent = new HostAgent(
                HostConfig.of(own.toArray(ProviderAddress[]::new)),
                underlay,
                List.of(vm),
                event -> {},
                InstantSource.system(),
                System::nanoTime,
                1);
        agent.apply(families.policy(Fabric.policy(Fabric.version(1, State.ACTIVE, member(1, 1)))));
        thread = new ForwardingThread("host", List.of(underlay, cable), agent, System::nanoTime).start();
    }

    @AfterEach
    void stop() throws Exception {
        thread.close();
        server.close();
        vxlan.close();
        underlay.close();
        cable.close();
        network.close();
    }

    /** Sends back what it gets until its peer is done; the first line it says is who that is. */
    private void echo() {
        while (!server.isClosed()) {
            try {
                var connection = server.accept();
                Thread.ofVirtual().start(() -> {
                    try (connection) {
                        var out = connection.getOutputStream();
                        out.write((connection.getRemoteSocketAddress() + "\n").getBytes(StandardCharsets.US_ASCII));
                        connection.getInputStream().transferTo(out);
                    } catch (IOException ended) {
                        // the client's side says what went wrong
                    }
                });
            } catch (IOException closed) {
                return;
            }
        }
    }

    private Socket connect(String from) throws Exception {
        return connect(from, null);
    }

    /** @param source to bind to, or null */
    private Socket connect(String from, @Nullable InetSocketAddress source) throws Exception {
        return network.within(from, () -> {
            var socket = new Socket();
            socket.bind(source);
            socket.connect(new InetSocketAddress(vip, 80), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            return socket;
        });
    }

    private String seenAs(int client, Socket socket) {
        return new InetSocketAddress(families.inner(client), socket.getLocalPort()).toString();
    }

    private static String line(Socket socket) throws IOException {
        var text = new StringBuilder();
        for (int octet = socket.getInputStream().read(); octet != '\n' && octet >= 0; ) {
            text.append((char) octet);
            octet = socket.getInputStream().read();
        }
        return text.toString();
    }

    @Test
    void megabytesGoBothWaysAndTheServerSeesTheClientsOwnAddress() throws Exception {
        var sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        try (var socket = connect("net")) {
            assertEquals(seenAs(Fabric.CLIENT, socket), line(socket));
            Thread.ofVirtual().start(() -> {
                try {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                } catch (IOException ended) {
                    // shows in what is read
                }
            });
            assertArrayEquals(sent, socket.getInputStream().readAllBytes());
        }
        var snapshot = agent.snapshot();
        assertEquals(0, snapshot.nat().refusedFull());
        assertTrue(snapshot.counts().getOrDefault(HostCount.REPLIES, 0L) > 1000);
        assertTrue(thread.ask(agent::ledger).get().balances());
    }

    /** The kernel's device encapsulates what it sends and decapsulates what the agent sends: a MUX and a host that are not ours. */
    @Test
    void aVmBehindAnotherHostsKernelVxlanDeviceCallsTheVip() throws Exception {
        var elsewhere = new Member(
                "vm31",
                Ipv4.address(KernelNetwork.ELSEWHERE),
                8080,
                Ipv4.address(Fabric.GATEWAY),
                new MacAddress(FrameTag.bits(1, 1, 0, 0, 0)),
                new Vni(Fabric.VNI),
                0);
        agent.apply(families.policy(Fabric.policy(Fabric.version(1, State.ACTIVE, member(1, 1), elsewhere))));
        var sent = new byte[1_000_000];
        new Random(2).nextBytes(sent);
        try (var socket = connect("net", new InetSocketAddress(families.inner(KernelNetwork.ELSEWHERE), 0))) {
            assertEquals(seenAs(KernelNetwork.ELSEWHERE, socket), line(socket));
            Thread.ofVirtual().start(() -> {
                try {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                } catch (IOException ended) {
                    // shows in what is read
                }
            });
            assertArrayEquals(sent, socket.getInputStream().readAllBytes());
        }
        assertTrue(agent.snapshot().counts().getOrDefault(HostCount.REPLIES, 0L) > 500);
    }

    @Test
    void aVmReachesItselfThroughItsOwnVip() throws Exception {
        try (var socket = connect("vm")) {
            assertEquals(seenAs(Fabric.VIP, socket), line(socket));
            socket.getOutputStream().write(7);
            assertEquals(7, socket.getInputStream().read());
        }
    }

    @Test
    void aClosedUdpPortOfTheVmIsAClosedPortOfTheVip() throws Exception {
        try (var socket = network.within("net", () -> new DatagramSocket())) {
            socket.connect(vip, 80);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.send(new DatagramPacket(new byte[] {1}, 1));
            assertThrows(PortUnreachableException.class, () -> socket.receive(new DatagramPacket(new byte[1], 1)));
        }
        assertEquals(1L, agent.snapshot().counts().get(HostCount.ICMP_FROM_VM));
    }

    @Test
    void aConnectionThatTheHostForgotIsReset() throws Exception {
        try (var socket = connect("net")) {
            line(socket);
            agent.apply(families.policy(Fabric.silent(Fabric.policy(Fabric.version(1, State.ACTIVE, member(1, 1))))));
            thread.ask(() -> {
                        agent.tick(System.nanoTime() + Duration.ofMinutes(5).toNanos());
                        return 0;
                    })
                    .get();
            // a late acknowledgment of the client's kernel may be what is answered with the reset, before the octet is
            // written
            var reset = assertThrows(IOException.class, () -> {
                socket.getOutputStream().write(1);
                socket.getInputStream().read();
            });
            assertTrue(String.valueOf(reset.getMessage()).contains("reset"), reset.toString());
        }
        assertTrue(agent.snapshot().counts().getOrDefault(HostCount.RESETS, 0L) >= 1);
    }
}
