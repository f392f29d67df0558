package ecmplab.bench.breakage;

import ecmplab.mux.table.EndpointPolicy.Affinity;
import ecmplab.mux.table.FrameTag;
import ecmplab.mux.table.MaglevTable;
import ecmplab.mux.table.SlotHash;
import ecmplab.mux.table.TableVersion;
import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv4;
import ecmplab.packet.PacketFault;
import ecmplab.packet.PacketParser;
import ecmplab.packet.Vxlan;
import ecmplab.port.Burst;
import ecmplab.port.FrameLedger;
import ecmplab.port.PacketProcessor;
import ecmplab.port.Port;
import ecmplab.port.neighbor.NeighborCache;
import java.net.Inet4Address;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A MUX without memory, to compare with: the hash alone decides, by Maglev's table or modulo the number of backends. */
final class PlainMux implements PacketProcessor {
    private static final int HASH_SHIFT = 33;

    private final boolean modulo;
    private final int address;
    private final int gateway;
    private final NeighborCache neighbors;
    private final PacketParser parser = new PacketParser();
    private final Ethernet ethernet = new Ethernet();
    private final Ipv4 ip = new Ipv4();
    private @Nullable TableVersion version;
    private @Nullable MaglevTable table;
    private long received;
    private long forwarded;
    private long consumed;

    PlainMux(boolean modulo, Port port, Inet4Address address, Inet4Address gateway) {
        this.modulo = modulo;
        this.address = Ipv4.bits(address);
        this.gateway = Ipv4.bits(gateway);
        neighbors = new NeighborCache(port, address);
    }

    /** Packets follow this table from now on; before the first they are consumed. */
    void use(TableVersion newVersion) {
        version = newVersion;
        table = MaglevTable.of(newVersion);
    }

    @Override
    public void process(Port in, Burst burst, long nowNanos) {
        received += burst.count();
        for (int i = 0; i < burst.count(); i++) {
            long frame = burst.address(i);
            var fault = parser.parse(in.pool().memory(), frame, burst.length(i));
            if (fault == PacketFault.NONE && parser.version() == 4 && version != null && table != null) {
                forward(in, frame, version, table, nowNanos);
            } else {
                if (parser.etherType() == Ethernet.TYPE_ARP) {
                    neighbors.input(in.pool().memory(), parser.ip(), burst.length(i) - Ethernet.LENGTH, nowNanos);
                }
                consumed++;
                in.pool().release(frame);
            }
        }
    }

    private void forward(Port in, long frame, TableVersion current, MaglevTable slots, long nowNanos) {
        var memory = in.pool().memory();
        long hash = SlotHash.ipv4(
                slots.seed(),
                Affinity.FIVE_TUPLE,
                parser.source(),
                parser.destination(),
                parser.protocol(),
                parser.sourcePort(),
                parser.destinationPort());
        int slot = slots.slot(hash);
        var members = current.members();
        var member = modulo
                ? members.get((int) ((hash >>> HASH_SHIFT) % members.size()))
                : Objects.requireNonNull(slots.member(slot));
        ip.wrap(memory, frame + Ethernet.LENGTH).decrementTtl();
        long tag = FrameTag.bits(0, current.generation(), 0, FrameTag.FROM_FLOW_TABLE, slot);
        ethernet.wrap(memory, frame).setAddresses(member.mac().bits(), tag);
        int length = Ethernet.LENGTH + parser.ipLength();
        long outer = Vxlan.encapsulate(
                memory,
                frame,
                length,
                0,
                0,
                address,
                Ipv4.bits((Inet4Address) member.host()),
                Vxlan.sourcePort(hash),
                member.vni().value());
        forwarded++;
        neighbors.send(gateway, outer, length + Vxlan.ENCAPSULATION, nowNanos);
    }

    @Override
    public void tick(long nowNanos) {
        neighbors.tick(nowNanos);
        neighbors.lookup(gateway, nowNanos);
    }

    FrameLedger ledger() {
        long lost = neighbors.drops().total();
        long asked = neighbors.requestsSent();
        return new FrameLedger(
                received, asked, forwarded + asked - lost - neighbors.waiting(), consumed, lost, neighbors.waiting());
    }
}
