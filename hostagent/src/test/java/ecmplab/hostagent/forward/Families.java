package ecmplab.hostagent.forward;

import ecmplab.mux.table.EndpointId;
import ecmplab.mux.table.EndpointPolicy;
import ecmplab.mux.table.Member;
import ecmplab.mux.table.SlbPolicy;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.Ethernet;
import ecmplab.packet.FlowKey;
import ecmplab.packet.Ipv4;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a {@link Fabric} speaks inside and outside its tunnels. Tests are written in IPv4; {@link Siit} makes IPv6 of it on the way in
 * and IPv4 again on the way out.
 */
enum Families {
    IPV4(false, false),
    IPV4_OVER_IPV6(false, true),
    IPV6_OVER_IPV4(true, false),
    IPV6(true, true);

    final boolean innerIpv6;
    final boolean outerIpv6;

    Families(boolean innerIpv6, boolean outerIpv6) {
        this.innerIpv6 = innerIpv6;
        this.outerIpv6 = outerIpv6;
    }

    InetAddress inner(int ipv4) {
        return innerIpv6 ? Siit.address(ipv4) : Ipv4.address(ipv4);
    }

    InetAddress outer(int ipv4) {
        return outerIpv6 ? Siit.address(ipv4) : Ipv4.address(ipv4);
    }

    /** The packet of the underlay's family of an IPv4 one. */
    byte[] outer(byte[] packet) {
        return outerIpv6 ? Siit.toIpv6(packet) : packet;
    }

    /** The inner packet of an IPv4 one. */
    byte[] inner(byte[] packet) {
        return innerIpv6 ? Siit.toIpv6(packet) : packet;
    }

    byte[] innerFrame(long destination, long source, byte[] ipv4) {
        return Packets.frame(destination, source, innerIpv6 ? Ethernet.TYPE_IPV6 : Ethernet.TYPE_IPV4, inner(ipv4));
    }

    /** Addresses of a host: with both families where only the tunnels are IPv6, to have a way for IPv4 answers. */
    List<ProviderAddress> ofHost(int address, int gateway) {
        var over = new ProviderAddress(outer(address), outerIpv6 ? 56 : 24, outer(gateway));
        return this == IPV4_OVER_IPV6
                ? List.of(over, new ProviderAddress(Ipv4.address(address), 24, Ipv4.address(gateway)))
                : List.of(over);
    }

    FlowKey flow(FlowKey flow) {
        return new FlowKey(
                inner(Ipv4.bits(flow.source())),
                inner(Ipv4.bits(flow.destination())),
                flow.protocol(),
                flow.sourcePort(),
                flow.destinationPort());
    }

    SlbPolicy policy(SlbPolicy policy) {
        return new SlbPolicy(
                policy.epoch(),
                policy.cfg(),
                policy.endpoints().stream().map(this::endpoint).toList(),
                policy.deadHosts().stream().map(host -> outer(Ipv4.bits(host))).collect(Collectors.toSet()));
    }

    private EndpointPolicy endpoint(EndpointPolicy endpoint) {
        var id = endpoint.id();
        return new EndpointPolicy(
                new EndpointId(inner(Ipv4.bits(id.vip())), id.protocol(), id.port()),
                endpoint.affinity(),
                endpoint.floatingIp(),
                endpoint.idleTimeout(),
                endpoint.resetsIdleFlows(),
                endpoint.versions().stream().map(this::version).toList());
    }

    private TableVersion version(TableVersion version) {
        return new TableVersion(
                version.generation(),
                version.slots(),
                version.seed(),
                version.members().stream().map(this::member).toList(),
                version.state());
    }

    Member member(Member member) {
        return new Member(
                member.id(),
                inner(Ipv4.bits(member.dip())),
                member.port(),
                outer(Ipv4.bits(member.host())),
                member.mac(),
                member.vni(),
                member.weight());
    }
}
