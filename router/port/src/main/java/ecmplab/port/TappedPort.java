package ecmplab.port;

import ecmplab.packet.MacAddress;
import ecmplab.packet.PcapngWriter.Direction;
import org.jspecify.annotations.Nullable;

/** A port that a {@link Capture} can listen in on, at any time while it works. Without one it costs a look a burst. */
public final class TappedPort implements Port {
    private final Port port;
    private volatile @Nullable Tap tap;

    /** Where frames are copied to. */
    record Tap(Capture capture, int interfaceNumber) {}

    public TappedPort(Port port) {
        this.port = port;
    }

    void setTap(@Nullable Tap newTap) {
        tap = newTap;
    }

    boolean isTapped() {
        return tap != null;
    }

    @Override
    public String name() {
        return port.name();
    }

    @Override
    public MacAddress mac() {
        return port.mac();
    }

    @Override
    public int mtu() {
        return port.mtu();
    }

    @Override
    public FramePool pool() {
        return port.pool();
    }

    @Override
    public int receive(Burst burst) {
        int before = burst.count();
        int received = port.receive(burst);
        var to = tap;
        if (to != null) {
            for (int i = before; i < burst.count(); i++) {
                copy(to, Direction.INBOUND, burst.address(i), burst.length(i));
            }
            to.capture.publish();
        }
        return received;
    }

    /** Copied even if the port then drops it, as a capture in the kernel would be. */
    @Override
    public boolean send(long address, int length) {
        var to = tap;
        if (to != null) {
            copy(to, Direction.OUTBOUND, address, length);
        }
        return port.send(address, length);
    }

    private void copy(Tap to, Direction direction, long address, int length) {
        to.capture.copy(to.interfaceNumber, direction, port.pool().memory(), address, length);
    }

    @Override
    public void flush() {
        port.flush();
        var to = tap;
        if (to != null) {
            to.capture.publish();
        }
    }

    @Override
    public int descriptor() {
        return port.descriptor();
    }

    @Override
    public int sideDescriptor() {
        return port.sideDescriptor();
    }

    @Override
    public int held() {
        return port.held();
    }

    @Override
    public PortCounters counters() {
        return port.counters();
    }

    @Override
    public void close() {
        port.close();
    }
}
