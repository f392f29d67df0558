package ecmplab.lab.node;

import ecmplab.port.FramePool;
import ecmplab.port.KernelPort;
import ecmplab.port.Port;
import ecmplab.port.sys.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/** The kernel interfaces of a node, with one pool of frames for all of them. */
final class Ports implements AutoCloseable {
    /** 16 MiB: a few bursts for each of a dozen ports, and the queues of packets that wait for a neighbour. */
    private static final int FRAMES = 8192;

    private static final int FRAME_SIZE = 2048;

    private final List<Port> ports;

    private Ports(List<Port> ports) {
        this.ports = List.copyOf(ports);
    }

    /** Opens the interfaces of the process's network namespace. The pool's memory lives as long as the process. */
    static Ports open(List<String> devices) throws IOException {
        var pool = new FramePool(FRAMES, FRAME_SIZE, Arena.global());
        var ports = new ArrayList<Port>();
        try {
            for (var device : devices) {
                ports.add(KernelPort.open(device, pool));
            }
            return new Ports(ports);
        } catch (SystemCallException failed) {
            ports.forEach(Port::close);
            throw new IOException(failed.getMessage(), failed);
        }
    }

    List<Port> all() {
        return ports;
    }

    /** @throws NoSuchElementException when no such interface was opened */
    Port named(String device) {
        return ports.stream()
                .filter(port -> port.name().equals(device))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no interface " + device));
    }

    @Override
    public void close() {
        ports.forEach(Port::close);
    }
}
