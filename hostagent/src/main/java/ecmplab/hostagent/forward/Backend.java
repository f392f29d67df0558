package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.mux.table.Member;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Set;

/**
 * A {@link Member} in the numbers that packets carry; IPv4 addresses as IPv4-mapped ones.
 *
 * @param hostHigh with {@code hostLow} the provider address
 * @param overIpv6 whether that is an IPv6 address
 * @param here whether that is this host's
 * @param vm index of the VM on this host, or {@link #ELSEWHERE}
 * @param moved whether it was on another host in the generation that this stands in
 * @param dead whether its host is dead: then nobody there knows a flow
 */
record Backend(
        Member member,
        long dipHigh,
        long dipLow,
        int port,
        long hostHigh,
        long hostLow,
        boolean overIpv6,
        long mac,
        int vni,
        boolean here,
        int vm,
        boolean moved,
        boolean dead) {
    static final int ELSEWHERE = -1;

    /**
     * @param vip whose family the member's address must be of
     * @throws IllegalArgumentException when it is not, or this host has no address of the family of the member's host
     */
    static Backend of(Member member, InetAddress vip, HostAddresses own, Set<InetAddress> deadHosts, Vm[] vms) {
        if (member.dip().getClass() != vip.getClass()) {
            throw new IllegalArgumentException("DIP " + member.dip().getHostAddress() + " of member " + member.id()
                    + ": must be of the VIP's family");
        }
        if (!own.reaches(member.host())) {
            throw new IllegalArgumentException("host " + member.host().getHostAddress() + " of member " + member.id()
                    + ": this host has no address of that family");
        }
        boolean here = own.isOwn(member.host());
        int vm = ELSEWHERE;
        for (var local : vms) {
            if (here
                    && local.mac() == member.mac().bits()
                    && local.vni() == member.vni().value()) {
                vm = local.index();
            }
        }
        return new Backend(
                member,
                FlowTuple.high(member.dip()),
                FlowTuple.low(member.dip()),
                member.port(),
                FlowTuple.high(member.host()),
                FlowTuple.low(member.host()),
                member.host() instanceof Inet6Address,
                member.mac().bits(),
                member.vni().value(),
                here,
                vm,
                false,
                !here && deadHosts.contains(member.host()));
    }

    /** The same, in the place of where it was in an older generation. */
    Backend afterMove() {
        return new Backend(member, dipHigh, dipLow, port, hostHigh, hostLow, overIpv6, mac, vni, here, vm, true, dead);
    }

    boolean isOnHostOf(Backend other) {
        return (hostHigh == other.hostHigh && hostLow == other.hostLow) || (here && other.here);
    }
}
