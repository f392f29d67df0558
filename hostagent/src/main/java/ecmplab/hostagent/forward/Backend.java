package ecmplab.hostagent.forward;

import ecmplab.mux.table.Member;
import ecmplab.packet.Ipv4;
import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * A {@link Member} in the numbers that packets carry.
 *
 * @param host provider address
 * @param vm index of the VM on this host, or {@link #ELSEWHERE}
 * @param moved whether it was on another host in the generation that this stands in
 */
record Backend(Member member, int dip, int port, int host, long mac, int vni, int vm, boolean moved) {
    static final int ELSEWHERE = -1;

    /** @throws IllegalArgumentException when an address is not IPv4 */
    static Backend of(Member member, int ownAddress, Vm[] vms) {
        int host = bits(member.host(), "host", member);
        int vm = ELSEWHERE;
        for (var local : vms) {
            if (host == ownAddress
                    && local.mac() == member.mac().bits()
                    && local.vni() == member.vni().value()) {
                vm = local.index();
            }
        }
        return new Backend(
                member,
                bits(member.dip(), "DIP", member),
                member.port(),
                host,
                member.mac().bits(),
                member.vni().value(),
                vm,
                false);
    }

    /** The same, in the place of where it was in an older generation. */
    Backend afterMove() {
        return new Backend(member, dip, port, host, mac, vni, vm, true);
    }

    private static int bits(InetAddress address, String what, Member member) {
        if (address instanceof Inet4Address ipv4) {
            return Ipv4.bits(ipv4);
        }
        throw new IllegalArgumentException(
                what + " " + address.getHostAddress() + " of member " + member.id() + ": must be IPv4");
    }
}
