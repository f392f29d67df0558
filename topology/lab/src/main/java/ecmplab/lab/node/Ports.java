package ecmplab.lab.node;

import ecmplab.lab.show.InterfaceShow;
import ecmplab.port.FramePool;
import ecmplab.port.ImpairedPort;
import ecmplab.port.InterfacePorts;
import ecmplab.port.Port;
import ecmplab.port.TappedPort;
import ecmplab.port.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** The kernel interfaces of a node, with one pool of frames for all of them. */
final class Ports implements AutoCloseable {
    /** 16 MiB: a few bursts for each of a dozen ports, and the queues of packets that wait for a neighbour. */
    private static final int FRAMES = 8192;

    private static final int FRAME_SIZE = 2048;

    private final InterfacePorts interfaces;
    /** What the node sees of the interfaces: with a stage that can make the line bad, and one that captures. */
    private final List<ImpairedPort> staged;

    private Ports(InterfacePorts interfaces) {
        this.interfaces = interfaces;
        staged = interfaces.ports().stream()
                .map(port -> new ImpairedPort(new TappedPort(port), System::nanoTime))
                .toList();
    }

    /** Opens the interfaces of the process's network namespace. The pool's memory lives as long as the process. */
    static Ports open(List<String> devices, InterfacePorts.Wish wish, EventLog events) throws IOException {
        var pool = new FramePool(FRAMES, FRAME_SIZE, Arena.global());
        try {
            var ports = new Ports(InterfacePorts.open(devices, pool, wish));
            ports.interfaces.all().forEach(each -> events.add(java.time.Instant.now(), "port-opened", told(each)));
            return ports;
        } catch (SystemCallException failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    private static Map<String, Object> told(InterfacePorts.Opened opened) {
        var told = new LinkedHashMap<String, Object>();
        told.put("port", opened.port().name());
        told.put("kind", opened.port().kind().word());
        if (!opened.passedOver().isEmpty()) {
            told.put("passedOver", opened.passedOver());
        }
        return told;
    }

    List<ImpairedPort> all() {
        return staged;
    }

    /** What {@link InterfaceShow} shows. */
    InterfacePorts interfaces() {
        return interfaces;
    }

    /** @throws NoSuchElementException when no such interface was opened */
    Port named(String device) {
        return staged.stream()
                .filter(port -> port.name().equals(device))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no interface " + device));
    }

    @Override
    public void close() {
        staged.forEach(ImpairedPort::close);
        interfaces.close();
    }
}
