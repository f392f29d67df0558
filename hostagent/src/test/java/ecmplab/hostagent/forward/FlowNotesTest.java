package ecmplab.hostagent.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.hostagent.nat.FlowTuple;
import ecmplab.mux.table.FrameTag;
import ecmplab.packet.FlowKey;
import ecmplab.packet.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FlowNotesTest {
    private final FlowNotes notes = new FlowNotes();
    private final FlowTuple flow = new FlowTuple();

    private List<String> drain() {
        var told = new ArrayList<String>();
        notes.drain(new FlowNotes.Reader() {
            @Override
            public void rescued(long nanos, FlowKey key, int generation, int hops, int vm) {
                told.add(nanos + " rescued " + key + " generation " + generation + " hops " + hops + " vm " + vm);
            }

            @Override
            public void resetSent(long nanos, FlowKey key, int generation, int hops) {
                told.add(nanos + " reset " + key + " generation " + generation + " hops " + hops);
            }

            @Override
            public void lost(long count) {
                told.add("lost " + count);
            }
        });
        return told;
    }

    @Test
    void notesComeOutAsTheyWentIn() {
        flow.ipv4(Packets.ip("192.0.2.250"), Fabric.VIP, IpProtocol.UDP, 65_535, 53);
        notes.rescued(flow, FrameTag.bits(1, 65_535, 3, 0, 0), 2, 11);
        flow.ipv4(Fabric.CLIENT, Fabric.VIP, IpProtocol.TCP, 1, 80);
        notes.resetSent(flow, FrameTag.bits(1, 7, 4, 0, 0), 12);
        assertEquals(
                List.of(
                        "11 rescued udp 192.0.2.250:65535 > 203.0.113.10:53 generation 65535 hops 3 vm 2",
                        "12 reset tcp 192.0.2.7:1 > 203.0.113.10:80 generation 7 hops 4"),
                drain());
        assertEquals(List.of(), drain());
    }

    @Test
    void whatDoesNotFitIsCounted() {
        flow.ipv4(Fabric.CLIENT, Fabric.VIP, IpProtocol.TCP, 1, 80);
        for (int i = 0; i < 5000; i++) {
            notes.resetSent(flow, FrameTag.bits(1, 7, 0, 0, 0), i);
        }
        var told = drain();
        assertEquals(4097, told.size());
        assertEquals("lost 904", told.getLast());
        notes.resetSent(flow, FrameTag.bits(1, 7, 0, 0, 0), 1);
        assertEquals(1, drain().size(), "told once");
    }
}
