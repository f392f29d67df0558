package ecmplab.mux.forward;

import ecmplab.mux.table.Member;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Ipv6;
import ecmplab.packet.Vxlan;
import java.net.Inet4Address;
import java.net.Inet6Address;

/** The way to a member, compiled once a plan: all that a packet to it needs, by one load. */
final class Tunnel {
    /** Of {@link #endpoint}: known flows are with nobody there. */
    static final int DEAD = -1;

    final Member member;
    /** Index of the endpoint that it is a member of, or {@link #DEAD}: then its flows choose anew, and are told by a host. */
    final int endpoint;
    /** Octets that VXLAN adds, by the family of the host. */
    final int overhead;
    /** Of the inner frame. */
    final long mac;

    final int vni;
    /** Where VXLAN goes, over IPv4. */
    final int host;
    /** Or over IPv6. */
    final long hostHigh;

    final long hostLow;
    /** Of the host, with all its members. */
    final HostTraffic traffic;

    Tunnel(Member member, int endpoint, HostTraffic traffic) {
        this.member = member;
        this.endpoint = endpoint;
        this.traffic = traffic;
        mac = member.mac().bits();
        vni = member.vni().value();
        if (member.host() instanceof Inet6Address over) {
            overhead = Vxlan.ENCAPSULATION_IPV6;
            host = 0;
            hostHigh = Ipv6.high(over);
            hostLow = Ipv6.low(over);
        } else {
            overhead = Vxlan.ENCAPSULATION;
            host = Ipv4.bits((Inet4Address) member.host());
            hostHigh = 0;
            hostLow = 0;
        }
    }
}
