package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.NatTable;
import ecmplab.packet.IpProtocol;
import ecmplab.port.FramePool;

/**
 * Resets both sides of a TCP flow whose state is given up for idleness, so that neither waits for an answer that can no longer come.
 * Each reset has the sequence number that its receiver said it expects next, the only one that is taken without a challenge (RFC
 * 5961 section 3.2). Belongs to the forwarding thread; shares the limit of {@link Resets}.
 */
final class IdleResets {
    private final NatTable nat;
    private final Exits exits;
    private final HostPolicy policy;
    private final Resets limit;
    private final FramePool pool;
    private final Vm[] vms;
    private final TcpReset reset = new TcpReset();

    IdleResets(NatTable nat, Exits exits, HostPolicy policy, Resets limit, FramePool pool, Vm[] vms) {
        this.nat = nat;
        this.exits = exits;
        this.policy = policy;
        this.limit = limit;
        this.pool = pool;
        this.vms = vms;
    }

    /**
     * Nothing where the flow's endpoint says so (one that is gone says nothing), nor for a VM that has moved, whose flows live on
     * elsewhere.
     */
    void send(int entry, long nowNanos) {
        var tables = policy.current();
        var endpoint = tables.endpoint(nat.vipHigh(entry), nat.vipLow(entry), IpProtocol.TCP, nat.vipPort(entry));
        if (endpoint != null && !endpoint.resetsIdleFlows()) {
            return;
        }
        var vm = vms[nat.vm(entry)];
        if (tables.movedTo(vm.index()) != null) {
            return;
        }
        toVm(vm, entry, nowNanos);
        toClient(vm, entry, nowNanos);
    }

    private void toVm(Vm vm, int entry, long nowNanos) {
        long frame = begin(nowNanos);
        if (frame < 0) {
            return;
        }
        boolean masked = nat.masked(entry);
        int length = reset.from(
                        masked ? nat.vipHigh(entry) : nat.clientHigh(entry),
                        masked ? nat.vipLow(entry) : nat.clientLow(entry),
                        nat.clientPort(entry))
                .to(nat.localHigh(entry), nat.localLow(entry), nat.localPort(entry))
                .write(pool.memory(), frame, nat.expectedByVm(entry), 0, 0);
        exits.toVm(vm, frame, length, Exits.etherType(nat.localHigh(entry), nat.localLow(entry)));
    }

    private void toClient(Vm vm, int entry, long nowNanos) {
        long frame = begin(nowNanos);
        if (frame < 0) {
            return;
        }
        long high = nat.clientHigh(entry);
        long low = nat.clientLow(entry);
        int length = reset.from(nat.vipHigh(entry), nat.vipLow(entry), nat.vipPort(entry))
                .to(high, low, nat.clientPort(entry))
                .write(pool.memory(), frame, nat.expectedByClient(entry), 0, 0);
        exits.toClient(policy.current(), vm, high, low, frame, length, nowNanos);
    }

    /** @return a frame, or -1 when there is none or no reset may be sent now */
    private long begin(long nowNanos) {
        long frame = limit.permit(nowNanos) ? pool.acquire() : -1;
        if (frame >= 0) {
            exits.counts().add(HostCount.IDLE_RESETS);
        }
        return frame;
    }
}
