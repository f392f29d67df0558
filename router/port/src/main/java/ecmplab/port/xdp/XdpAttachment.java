package ecmplab.port.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import ecmplab.port.bpf.BpfMap;
import ecmplab.port.bpf.XdpProgram;
import ecmplab.port.sys.InterfaceRequest;
import ecmplab.port.sys.SystemCallException;
import java.lang.foreign.Arena;

/**
 * What it takes to have an interface's frames in a socket: the socket on the interface's one receive queue, the program that
 * steers them there, and the map that tells the program of the socket.
 */
public final class XdpAttachment implements AutoCloseable {
    private final Umem umem;
    private final XdpSocket socket;
    private final BpfMap sockets;
    private final XdpProgram program;
    private final int interfaceIndex;
    private final String interfaceName;

    private XdpAttachment(
            Umem umem, XdpSocket socket, BpfMap sockets, XdpProgram program, int interfaceIndex, String name) {
        this.umem = umem;
        this.socket = socket;
        this.sockets = sockets;
        this.program = program;
        this.interfaceIndex = interfaceIndex;
        this.interfaceName = name;
    }

    /** Makes everything ready for {@link #attach}; frames may be given to the socket to fill. */
    public static XdpAttachment open(InterfaceRequest device, Umem umem, Steering steering, int ringSize)
            throws SystemCallException {
        int index = device.index();
        var sockets = BpfMap.create(BpfMap.Kind.XDP_SOCKETS, Integer.BYTES, Integer.BYTES, 1);
        XdpProgram program = null;
        XdpSocket socket = null;
        try (var arena = Arena.ofConfined()) {
            program = XdpProgram.load(steering.program(device.mac(), sockets.descriptor()));
            socket = umem.open(index, 0, ringSize, device.name());
            sockets.put(arena.allocateFrom(JAVA_INT, 0), arena.allocateFrom(JAVA_INT, socket.descriptor()));
            return new XdpAttachment(umem, socket, sockets, program, index, device.name());
        } catch (SystemCallException failed) {
            if (socket != null) {
                umem.close(socket);
            }
            if (program != null) {
                program.close();
            }
            sockets.close();
            throw failed;
        }
    }

    public XdpSocket socket() {
        return socket;
    }

    /** From here on frames arrive. See {@link XdpProgram#attach}. */
    public void attach(XdpProgram.Mode mode) throws SystemCallException {
        program.attach(interfaceIndex, mode, interfaceName);
    }

    /** First the program goes, then the socket: no frame is sent to one that is not there. */
    @Override
    public void close() {
        program.close();
        sockets.close();
        umem.close(socket);
    }
}
