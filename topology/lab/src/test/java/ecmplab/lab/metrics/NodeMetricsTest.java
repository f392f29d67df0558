package ecmplab.lab.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ecmplab.lab.control.CommandTree;
import ecmplab.packet.MacAddress;
import ecmplab.port.FramePool;
import ecmplab.port.ImpairedPort;
import ecmplab.port.Impairment;
import ecmplab.port.MemoryLink;
import ecmplab.port.TappedPort;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeMetricsTest {
    private final FramePool pool = new FramePool(64, 2048, Arena.ofAuto());
    private final MemoryLink link = new MemoryLink(
            new MemoryLink.End("eth0", MacAddress.parse("02:00:00:00:00:01"), pool),
            new MemoryLink.End("eth1", MacAddress.parse("02:00:00:00:00:02"), pool),
            1500,
            64);
    private final ImpairedPort eth0 = new ImpairedPort(new TappedPort(link.left()), () -> 0);
    private final ImpairedPort eth1 = new ImpairedPort(new TappedPort(link.right()), () -> 0);
    private final NodeMetrics metrics =
            new NodeMetrics(List.of(eth0, eth1), () -> Map.of("mux", Map.of("overload", 3L)));

    @Test
    void portsDropsAndImpairmentsAreTold() {
        eth0.impair(new ImpairedPort.Plan(Impairment.PARTITION, Impairment.parse("loss 5% delay 1ms"), 7));
        eth0.send(pool.acquire(), 60);
        eth0.flush();

        var commands = new CommandTree();
        metrics.add(commands);
        var read =
                PrometheusText.parse(commands.answer(List.of("show", "metrics")).asText());
        assertEquals(1, read.samples.get("port_transmit_packets_total{device=\"eth0\"}"));
        assertEquals(60, read.samples.get("port_transmit_bytes_total{device=\"eth0\"}"));
        assertEquals(0, read.samples.get("port_transmit_packets_total{device=\"eth1\"}"));
        assertEquals(3, read.samples.get("packet_drops_total{where=\"mux\",reason=\"overload\"}"));
        assertEquals(0, read.samples.get("packet_drops_total{where=\"port eth1\",reason=\"tx-full\"}"));
        assertEquals(
                1,
                read.samples.get(
                        "port_impairment_info{device=\"eth0\",direction=\"out\",impairment=\"loss 5% delay 1ms\"}"));
        assertEquals(0, read.samples.get("port_held_frames{device=\"eth0\",direction=\"in\"}"));
        assertFalse(read.samples.keySet().stream()
                .anyMatch(name -> name.startsWith("port_impairment_info{device=\"eth1\"")));
    }

    @Test
    void severalNodesShareFamiliesAndDifferByALabel() {
        var text = new LabMetrics()
                .add("mux1", metrics.text())
                .add("mux2", metrics.text())
                .add("mux3", "% unknown command\n")
                .text();
        var read = PrometheusText.parse(text);
        assertEquals(0, read.samples.get("port_receive_packets_total{node=\"mux1\",device=\"eth0\"}"));
        assertEquals(3, read.samples.get("packet_drops_total{node=\"mux2\",where=\"mux\",reason=\"overload\"}"));
        assertEquals("counter", read.types.get("packet_drops_total"));
        assertFalse(read.samples.keySet().stream().anyMatch(name -> name.contains("mux3")));
        assertEquals(
                2,
                read.samples.keySet().stream()
                        .filter(name -> name.startsWith("jvm_threads_current{"))
                        .count());
    }
}
