package ecmplab.bench.breakage;

import ecmplab.packet.Ipv4;
import ecmplab.packet.MacAddress;
import java.net.Inet4Address;
import java.net.InetAddress;

/** Who is where: every link of the router is a /31, its own end the lower address. MUXes, hosts and backends are numbers from 0. */
final class Addresses {
    static final String VIP = "203.0.113.10";
    static final int PORT = 80;
    static final int SERVER_PORT = 8080;
    /** Clients are 198.18.0.0/15, behind 10.0.0.1. */
    static final String CLIENTS = "198.18.0.0/15";

    static final int FIRST_CLIENT = 0xC612_0000;

    static final int VNI = 5001;

    private static final int CLIENT_LINK = 0x0A00_0000;
    private static final int MUX_LINKS = 0x0A01_0000;
    private static final int HOST_LINKS = 0x0A02_0000;
    private static final int VMS = 0x0A64_0000;
    private static final int LAST_IN_NETWORK = 254;

    private Addresses() {}

    /** The router's end of a link whose number counts clients, MUXes and hosts. */
    static Inet4Address routerOnClients() {
        return Ipv4.address(CLIENT_LINK);
    }

    static Inet4Address clients() {
        return Ipv4.address(CLIENT_LINK + 1);
    }

    static Inet4Address routerOnMux(int mux) {
        return Ipv4.address(MUX_LINKS + 2 * mux);
    }

    static Inet4Address mux(int mux) {
        return Ipv4.address(MUX_LINKS + 2 * mux + 1);
    }

    static Inet4Address routerOnHost(int host) {
        return Ipv4.address(HOST_LINKS + 2 * host);
    }

    static Inet4Address host(int host) {
        return Ipv4.address(HOST_LINKS + 2 * host + 1);
    }

    static Inet4Address vm(int backend) {
        return Ipv4.address(VMS + 1 + backend);
    }

    static Inet4Address vmGateway() {
        return Ipv4.address(VMS + LAST_IN_NETWORK);
    }

    static InetAddress vip() {
        return InetAddress.ofLiteral(VIP);
    }

    /** A MAC address that tells what has it. */
    static MacAddress mac(char kind, int number) {
        return new MacAddress(0x0600_0000_0000L | (long) kind << 16 | number);
    }
}
