package ecmplab.bench.pipeline;

import ecmplab.packet.MacAddress;
import ecmplab.port.Burst;
import ecmplab.port.FramePool;
import ecmplab.port.Port;
import ecmplab.port.PortCounters;
import java.util.Map;

/** A port that nothing comes from, and that releases what is sent at once. */
final class DiscardPort implements Port {
    private final String name;
    private final MacAddress mac;
    private final int mtu;
    private final FramePool pool;
    private long sent;
    private long octets;

    DiscardPort(String name, MacAddress mac, int mtu, FramePool pool) {
        this.name = name;
        this.mac = mac;
        this.mtu = mtu;
        this.pool = pool;
    }

    /** Frames sent so far. */
    long sent() {
        return sent;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public MacAddress mac() {
        return mac;
    }

    @Override
    public int mtu() {
        return mtu;
    }

    @Override
    public FramePool pool() {
        return pool;
    }

    @Override
    public int receive(Burst burst) {
        return 0;
    }

    @Override
    public boolean send(long address, int length) {
        sent++;
        octets += length;
        pool.release(address);
        return true;
    }

    @Override
    public void flush() {}

    @Override
    public int descriptor() {
        return -1;
    }

    @Override
    public PortCounters counters() {
        return new PortCounters(0, 0, sent, octets, Map.of());
    }

    @Override
    public void close() {}
}
