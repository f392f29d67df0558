package ecmplab.hostagent.nat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Another thread reads while the forwarding thread writes: it never sees a flow made of two. */
final class NatReadersTest {
    private static final int CAPACITY = 64;
    private static final int READS = 100_000;

    @Test
    void aReaderSeesWholeFlowsOnly() throws Exception {
        var table = new NatTable(CAPACITY, NatTimeouts.STANDARD, 1, Arena.ofAuto());
        var enough = new AtomicBoolean();
        var writer = Thread.ofPlatform().daemon().start(() -> write(table, enough));
        int seen = 0;
        while (seen < READS) {
            for (var flow : table.page(NatPage.START, CAPACITY, 0).flows()) {
                int number = Ipv4.bits(flow.flow().source());
                assertEquals(number & 0xFFFF, flow.flow().sourcePort());
                assertEquals(number, Ipv4.bits(flow.local()));
                assertEquals(number & 0xFFFF, flow.vm());
                seen++;
            }
        }
        enough.set(true);
        writer.join();
    }

    /** Every field of a flow tells its number; old ones are closed and their rows used again at once. */
    private static void write(NatTable table, AtomicBoolean enough) {
        var random = new Random(1);
        var tuple = new FlowTuple();
        while (!enough.get()) {
            int number = random.nextInt();
            tuple.ipv4(number, 0xCB00_710A, IpProtocol.TCP, number & 0xFFFF, 80);
            table.create(tuple, 0, FlowTuple.mapped(number), 8080, number & 0xFFFF, 1000, 0, 0);
        }
    }
}
