package ecmplab.bench.breakage;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** TCP clients, one flow each, behind one link. What comes back must be for them, in sequence, whole, and from the VM that took the connection. */
final class Clients {
    /** What a flow has come to. */
    enum State {
        OPENING,
        OPEN,
        /** Has sent what is not yet answered. */
        WAITING,
        RESET
    }

    private static final int MSS = 1460;
    private static final int FIRST_PORT = 1024;
    private static final int PORTS = 50_000;
    private static final int VM_OCTETS = Integer.BYTES;

    /** One flow. */
    static final class Flow {
        final int number;
        final int address;
        final int port;
        State state = State.OPENING;
        /** Number of the VM, or -1 before it spoke. */
        int vm = -1;

        private int next;
        private int expected;
        private byte[] data = {};
        private int exchange;

        private Flow(int number, int address, int port) {
            this.number = number;
            this.address = address;
            this.port = port;
            next = number * 0x9E37_79B1;
        }

        @Override
        public String toString() {
            return "flow " + number + " (" + state + " at VM " + vm + ")";
        }
    }

    private final Consumer<Segment> out;
    private final int firstAddress;
    private final int vip;
    private final int vipPort;
    private final List<Flow> flows = new ArrayList<>();
    private final Map<Long, Flow> byAddress = new HashMap<>();

    /** @param firstAddress flow n comes from the address n after it, modulo 32768 */
    Clients(int firstAddress, int vip, int vipPort, Consumer<Segment> out) {
        this.firstAddress = firstAddress;
        this.vip = vip;
        this.vipPort = vipPort;
        this.out = out;
    }

    List<Flow> flows() {
        return flows;
    }

    Flow open() {
        int number = flows.size();
        // The port is scattered so that hashes get more than consecutive numbers.
        int port = FIRST_PORT + ((number * 0x5851_F42D) >>> 1) % PORTS;
        var flow = new Flow(number, firstAddress + number % 0x8000, port);
        flows.add(flow);
        byAddress.put(key(flow.address, flow.port), flow);
        sendSyn(flow);
        return flow;
    }

    /** Sends what has not been answered once more. */
    void again(Flow flow) {
        switch (flow.state) {
            case OPENING -> sendSyn(flow);
            case WAITING -> sendData(flow);
            case OPEN, RESET -> {}
        }
    }

    /** Sends data that the VM is to answer. */
    void talk(Flow flow) {
        if (flow.state != State.OPEN) {
            throw new IllegalStateException(flow + " cannot talk");
        }
        flow.exchange++;
        flow.data = ByteBuffer.allocate(2 * Integer.BYTES + flow.exchange % 3)
                .putInt(flow.number)
                .putInt(flow.exchange)
                .array();
        flow.state = State.WAITING;
        sendData(flow);
    }

    private void sendSyn(Flow flow) {
        send(flow, flow.next, 0, Segment.SYN, MSS, new byte[0]);
    }

    private void sendData(Flow flow) {
        send(flow, flow.next, flow.expected, Segment.PSH | Segment.ACK, 0, flow.data);
    }

    private void send(Flow flow, int sequence, int acknowledgement, int flags, int mss, byte[] payload) {
        out.accept(new Segment(flow.address, vip, flow.port, vipPort, sequence, acknowledgement, flags, mss, payload));
    }

    void receive(Segment segment) {
        var flow = byAddress.get(key(segment.destination(), segment.destinationPort()));
        if (flow == null) {
            throw new IllegalStateException("no flow has the address of " + segment);
        }
        require(segment.source() == vip && segment.sourcePort() == vipPort, flow, segment);
        if (segment.has(Segment.RST)) {
            require(segment.sequence() == flow.expected, flow, segment);
            flow.state = State.RESET;
            return;
        }
        switch (flow.state) {
            case OPENING -> opened(flow, segment);
            case WAITING -> answered(flow, segment);
            // A segment sent twice is answered twice.
            case OPEN -> require(segment.sequence() - flow.expected < 0, flow, segment);
            case RESET -> require(false, flow, segment);
        }
    }

    private void opened(Flow flow, Segment segment) {
        require(
                segment.flags() == (Segment.SYN | Segment.ACK)
                        && segment.acknowledgement() == flow.next + 1
                        && segment.mss() > 0
                        && segment.mss() <= MSS,
                flow,
                segment);
        flow.next++;
        flow.expected = segment.sequence() + 1;
        flow.state = State.OPEN;
        send(flow, flow.next, flow.expected, Segment.ACK, 0, new byte[0]);
    }

    private void answered(Flow flow, Segment segment) {
        if (segment.sequence() - flow.expected < 0) {
            return; // once more what is known
        }
        int vm = segment.payload().length < VM_OCTETS
                ? -1
                : ByteBuffer.wrap(segment.payload()).getInt();
        var echo = Arrays.copyOfRange(
                segment.payload(), Math.min(VM_OCTETS, segment.payload().length), segment.payload().length);
        require(
                segment.sequence() == flow.expected
                        && segment.acknowledgement() == flow.next + flow.data.length
                        && Arrays.equals(echo, flow.data)
                        && (flow.vm == -1 || flow.vm == vm),
                flow,
                segment);
        flow.vm = vm;
        flow.next += flow.data.length;
        flow.expected += segment.payload().length;
        flow.state = State.OPEN;
    }

    private static void require(boolean so, Flow flow, Segment segment) {
        if (!so) {
            throw new IllegalStateException(flow + " got what it must not: " + segment);
        }
    }

    private static long key(int address, int port) {
        return (long) address << 16 | port;
    }
}
