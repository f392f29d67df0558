package ecmplab.bench.dataplane;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import ecmplab.port.bpf.BpfProgram;
import ecmplab.port.sys.BpfSystemCall;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;

/** Where packets' way ends: the cheapest place in front of the kernel's stack (tcx), where they are counted and dropped. */
final class Sink implements AutoCloseable {
    private static final int CREATE_LINK = 28;
    private static final int ATTRIBUTES = 64;

    private final BpfProgram program;
    private final int link;

    private Sink(BpfProgram program, int link) {
        this.program = program;
        this.link = link;
    }

    /** In the calling thread's namespace. */
    static Sink attach(int interfaceIndex, Counts counts) throws SystemCallException {
        var type = BpfProgram.Type.TRAFFIC_CONTROL;
        var program = BpfProgram.load(type, TrafficPrograms.sink(counts.descriptor()));
        try (var arena = Arena.ofConfined()) {
            var attributes = arena.allocate(ATTRIBUTES, 8);
            attributes.set(JAVA_INT, 0, program.descriptor());
            attributes.set(JAVA_INT, 4, interfaceIndex);
            attributes.set(JAVA_INT, 8, type.attachType());
            int link = Linux.check(BpfSystemCall.bpf(CREATE_LINK, attributes), "bpf(BPF_LINK_CREATE, tcx)");
            return new Sink(program, link);
        }
    }

    @Override
    public void close() {
        Linux.close(link);
        program.close();
    }
}
