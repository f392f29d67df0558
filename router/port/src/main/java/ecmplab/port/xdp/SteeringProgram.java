package ecmplab.port.xdp;

import static ecmplab.port.bpf.Assembler.networkOrder;
import static ecmplab.port.bpf.Register.FRAME;
import static ecmplab.port.bpf.Register.R0;
import static ecmplab.port.bpf.Register.R1;
import static ecmplab.port.bpf.Register.R2;
import static ecmplab.port.bpf.Register.R3;
import static ecmplab.port.bpf.Register.R4;
import static ecmplab.port.bpf.Register.R5;
import static ecmplab.port.bpf.Register.R6;
import static ecmplab.port.bpf.Register.R7;
import static ecmplab.port.bpf.Register.R8;

import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.MacAddress;
import ecmplab.port.bpf.Assembler;
import ecmplab.port.bpf.Assembler.Width;
import ecmplab.port.bpf.Function;
import ecmplab.port.bpf.XdpProgram;

/**
 * The program that decides who gets a received frame. To the port's socket go IPv4 and IPv6 packets in frames to the
 * interface's own MAC address that are not for an address of the namespace, and UDP to the tunnel port, if the node has one,
 * that is for such an address. All else is the kernel's: its own addresses' traffic, multicast, broadcast, ARP, neighbour
 * discovery, other protocols.
 */
final class SteeringProgram {
    private static final int ICMPV6 = 58;
    /** Router solicitation to redirect (RFC 4861 section 4). */
    private static final int DISCOVERY_FIRST = 133;

    private static final int DISCOVERY_LAST = 137;

    /** Offsets in an Ethernet frame. */
    private static final int ETHER_TYPE = 12;

    private static final int IP = Ethernet.LENGTH;
    private static final int V4_FRAGMENT = IP + 6;
    private static final int V4_PROTOCOL = IP + 9;
    private static final int V4_DESTINATION = IP + 16;
    private static final int V4_END = IP + 20;
    private static final int V6_NEXT_HEADER = IP + 6;
    private static final int V6_DESTINATION = IP + 24;
    private static final int V6_END = IP + 40;

    /** More fragments, or an offset (RFC 791). */
    private static final int FRAGMENT_BITS = 0x3FFF;

    /** {@code struct xdp_md}. */
    private static final int CONTEXT_DATA = 0;

    private static final int CONTEXT_DATA_END = 4;
    private static final int CONTEXT_QUEUE = 16;

    private static final int KEY = -OwnAddresses.KEY_SIZE;

    private SteeringProgram() {}

    /** Everything to the socket: for a port that is a wire's end. */
    static Assembler everything(int sockets) {
        var code = new Assembler().move(R6, R1);
        return redirect(code, sockets);
    }

    /**
     * @param mac of the interface
     * @param own descriptor of the map of own addresses
     * @param sockets descriptor of the map of sockets
     * @param tunnelPort UDP port that is taken from the kernel though it is for an own address; 0: none
     */
    static Assembler ownMac(MacAddress mac, int own, int sockets, int tunnelPort) {
        var code = new Assembler();
        code.move(R6, R1);
        code.load(Width.WORD, R7, R6, CONTEXT_DATA);
        code.load(Width.WORD, R8, R6, CONTEXT_DATA_END);
        needOctets(code, V4_END);
        toThisMac(code, mac.bits());
        code.load(Width.HALF, R5, R7, ETHER_TYPE);
        code.jumpIfEqual(R5, networkOrder(Ethernet.TYPE_IPV4), "v4");
        code.jumpIfNotEqual(R5, networkOrder(Ethernet.TYPE_IPV6), "pass");
        v6(code, own, tunnelPort);
        v4(code, own, tunnelPort);
        redirect(code, sockets);
        return code.label("pass").move(R0, XdpProgram.PASS).exit();
    }

    /** The verifier wants to see that the frame is as long as what is looked at. Else pass: the kernel counts a runt. */
    private static void needOctets(Assembler code, int octets) {
        code.move(R4, R7).add(R4, octets).jumpIfGreater(R4, R8, "pass");
    }

    private static void toThisMac(Assembler code, long mac) {
        code.load(Width.WORD, R5, R7, 0);
        code.jumpIfNotEqual(R5, Integer.reverseBytes((int) (mac >>> 16)), "pass");
        code.load(Width.HALF, R5, R7, 4);
        code.jumpIfNotEqual(R5, networkOrder((int) mac & 0xFFFF), "pass");
    }

    private static void v6(Assembler code, int own, int tunnelPort) {
        needOctets(code, V6_END);
        code.load(Width.OCTET, R5, R7, V6_DESTINATION);
        code.jumpIfEqual(R5, 0xFF, "pass"); // multicast
        code.load(Width.OCTET, R5, R7, V6_NEXT_HEADER);
        code.jumpIfNotEqual(R5, ICMPV6, "v6-key");
        needOctets(code, V6_END + 1);
        code.load(Width.OCTET, R5, R7, V6_END);
        code.jumpIfAtLeast(R5, DISCOVERY_LAST + 1, "v6-key");
        code.jumpIfAtLeast(R5, DISCOVERY_FIRST, "pass");
        code.label("v6-key");
        for (int at = 0; at < OwnAddresses.KEY_SIZE; at += Integer.BYTES) {
            code.load(Width.WORD, R5, R7, V6_DESTINATION + at).store(Width.WORD, FRAME, KEY + at, R5);
        }
        lookUp(code, own);
        code.jumpIfZero(R0, "redirect");
        if (tunnelPort > 0) {
            code.load(Width.OCTET, R5, R7, V6_NEXT_HEADER);
            code.jumpIfNotEqual(R5, IpProtocol.UDP, "pass");
            needOctets(code, V6_END + 8);
            code.load(Width.HALF, R5, R7, V6_END + 2);
            code.jumpIfEqual(R5, networkOrder(tunnelPort), "redirect");
        }
        code.jump("pass");
    }

    private static void v4(Assembler code, int own, int tunnelPort) {
        code.label("v4");
        code.load(Width.OCTET, R5, R7, V4_DESTINATION);
        code.jumpIfAtLeast(R5, 224, "pass"); // multicast, broadcast
        code.store(Width.WORD, FRAME, KEY, 0).store(Width.WORD, FRAME, KEY + 4, 0);
        code.store(Width.WORD, FRAME, KEY + 8, 0xFFFF_0000); // ::ffff:0:0, as octets 00 00 ff ff
        code.load(Width.WORD, R5, R7, V4_DESTINATION).store(Width.WORD, FRAME, KEY + 12, R5);
        lookUp(code, own);
        code.jumpIfZero(R0, "redirect");
        if (tunnelPort > 0) {
            code.load(Width.OCTET, R5, R7, V4_PROTOCOL);
            code.jumpIfNotEqual(R5, IpProtocol.UDP, "pass");
            code.load(Width.HALF, R5, R7, V4_FRAGMENT).and(R5, networkOrder(FRAGMENT_BITS));
            code.jumpIfNotEqual(R5, 0, "pass");
            code.load(Width.OCTET, R5, R7, IP).and(R5, 0x0F).shiftLeft(R5, 2); // octets of the header
            code.move(R4, R7).add(R4, R5); // + IP: the UDP header
            code.move(R5, R4).add(R5, IP + 8).jumpIfGreater(R5, R8, "pass");
            code.load(Width.HALF, R5, R4, IP + 2);
            code.jumpIfEqual(R5, networkOrder(tunnelPort), "redirect");
        }
        code.jump("pass");
    }

    private static void lookUp(Assembler code, int map) {
        code.loadMap(R1, map).move(R2, FRAME).add(R2, KEY).call(Function.MAP_LOOKUP);
    }

    /** The queue without a socket: pass. */
    private static Assembler redirect(Assembler code, int sockets) {
        code.label("redirect");
        code.loadMap(R1, sockets).load(Width.WORD, R2, R6, CONTEXT_QUEUE).move(R3, XdpProgram.PASS);
        return code.call(Function.REDIRECT_MAP).exit();
    }
}
