package ecmplab.bench.dataplane;

import ecmplab.packet.Ipv4;

/** The kernel's own ways, as an administrator configures them. */
enum KernelContender implements Contender {
    ECMP("kernel ECMP forwarding", 4096, Arrival.ROUTED, """
            sysctl -qw net.ipv4.fib_multipath_hash_policy=1
            ip route add 203.0.113.0/24 nexthop via 172.16.1.2 dev out nexthop via 172.16.1.3 dev out
            """),
    VXLAN("kernel forward + VXLAN", 1 << 20, Arrival.TUNNELLED, """
            ip link add vx0 mtu 1500 type vxlan id 5001 dstport 4789 local 172.16.1.1 remote 172.16.1.2 dev out noudpcsum nolearning
            ip link set vx0 up
            ip neighbor add 172.31.0.2 lladdr 02:00:00:01:00:00 dev vx0 nud permanent
            ip route add 203.0.113.0/24 via 172.31.0.2 dev vx0 onlink
            """),
    DNAT_4K("kernel nft DNAT", 4096, Arrival.TRANSLATED, Rules.DNAT),
    DNAT_1M("kernel nft DNAT", 1 << 20, Arrival.TRANSLATED, Rules.DNAT);

    /** A constant cannot use one of its own enum. */
    private static final class Rules {
        static final String DNAT = """
                nft -f - <<'END'
                table ip balancer {
                  chain incoming {
                    type nat hook prerouting priority dstnat
                    ip daddr 203.0.113.10 udp dport 53 dnat to jhash ip saddr . udp sport mod 10 map { %s } : 8080
                  }
                }
                END
                sysctl -qw net.netfilter.nf_conntrack_udp_timeout=3600
                if [ -w /proc/sys/net/netfilter/nf_conntrack_max ]; then sysctl -qw net.netfilter.nf_conntrack_max=2000000; fi
                """;

        private Rules() {}
    }

    private final String title;
    private final int flows;
    private final Arrival arrival;
    private final String script;

    KernelContender(String title, int flows, Arrival arrival, String script) {
        this.title = title;
        this.flows = flows;
        this.arrival = arrival;
        this.script = script;
    }

    @Override
    public String title() {
        return title + ", " + Report.count(flows) + " flows";
    }

    @Override
    public Arrival arrival() {
        return arrival;
    }

    @Override
    public Contender.Running start(Bed bed) throws Exception {
        var backends = new StringBuilder();
        for (int i = 0; i < Bed.SERVERS; i++) {
            backends.append(i == 0 ? "" : ", ")
                    .append(i)
                    .append(" : ")
                    .append(Service.server(i).getHostAddress());
        }
        bed.forwarder.set("net/ipv4/ip_forward", 1);
        bed.forwarder.run(script.replace("%s", backends));
        var frame = Frame.plain(bed.inMac(), Ipv4.bits(Service.VIP), Service.PORT, flows);
        return new Configured(frame);
    }

    /** All the work is done where packets are received. */
    private record Configured(Frame frame) implements Contender.Running {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public String arrivesAt() {
            return Bed.SERVER;
        }

        @Override
        public void close() {}
    }
}
