package ecmplab.port;

import ecmplab.packet.MacAddress;
import ecmplab.packet.PcapngWriter.Direction;
import org.jspecify.annotations.Nullable;

/**
 * A port that a {@link Capture} can listen in on, at any time while it works. Without one it costs a look a burst. Frames are shown
 * to the writer when the port is flushed: until then, those that are dropped get their reason.
 */
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
        }
        return received;
    }

    /** Copied even if the port then drops it, and then with the reason. */
    @Override
    public boolean send(long address, int length) {
        var to = tap;
        if (to == null) {
            return port.send(address, length);
        }
        copy(to, Direction.OUTBOUND, address, length);
        boolean queued = port.send(address, length);
        if (!queued) {
            var reason = port.lastDrop();
            to.capture.noteLast(reason == null ? PortDrop.TX_REFUSED : reason);
        }
        return queued;
    }

    /** A frame that was to be sent by this port goes no further; it is still the caller's. */
    void dropped(long address, int length, Enum<?> reason) {
        var to = tap;
        if (to != null) {
            copy(to, Direction.OUTBOUND, address, length);
            to.capture.noteLast(reason);
        }
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
    public long nextDue() {
        return port.nextDue();
    }

    @Override
    public @Nullable PortDrop lastDrop() {
        return port.lastDrop();
    }

    @Override
    public long lost() {
        return port.lost();
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
