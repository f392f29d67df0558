package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.PacketParser;

/** The packet in hand that came in VXLAN, with what is known of it. One for all of them; the forwarding thread's. */
final class InnerPacket {
    /** Has found it sound. */
    final PacketParser parser = new PacketParser();
    /** Client to VIP, once it is read; of an ICMP error, the flow it is about. */
    final FlowTuple flow = new FlowTuple();

    PolicyTables policy = PolicyTables.EMPTY;
    /** Inner source MAC address: a MUX's tag, or a VM's gateway's. */
    long tag;
    /** Where the inner frame starts, of {@code length} octets. */
    long frame;

    int length;
    /** Kept when the frame is passed on. */
    int outerSourcePort;

    long now;

    boolean isTcp() {
        return parser.protocol() == IpProtocol.TCP;
    }

    /** Octets of the frame without what pads it. */
    int frameLength() {
        return Ethernet.LENGTH + parser.ipLength();
    }
}
