package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.NatTable;
import ecmplab.packet.Ethernet;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Ipv4;
import ecmplab.packet.Tcp;
import ecmplab.port.FramePool;

/**
 * Resets both sides of a TCP flow whose state is given up for idleness, so that neither waits for an answer that can no longer come.
 * Each reset has the sequence number that its receiver said it expects next, the only one that is taken without a challenge (RFC
 * 5961 section 3.2). Belongs to the forwarding thread; shares the limit of {@link Resets}.
 */
final class IdleResets {
    private static final int TTL = 64;
    private static final int LENGTH = Ethernet.LENGTH + Ipv4.MIN_LENGTH + Tcp.MIN_LENGTH;

    private final NatTable nat;
    private final Exits exits;
    private final HostPolicy policy;
    private final Resets limit;
    private final FramePool pool;
    private final Vm[] vms;
    private final Ipv4 ip = new Ipv4();
    private final Tcp tcp = new Tcp();

    IdleResets(NatTable nat, Exits exits, HostPolicy policy, Resets limit, FramePool pool, Vm[] vms) {
        this.nat = nat;
        this.exits = exits;
        this.policy = policy;
        this.limit = limit;
        this.pool = pool;
        this.vms = vms;
    }

    void send(int entry, long nowNanos) {
        var vm = vms[nat.vm(entry)];
        int peer = nat.masked(entry) ? nat.vipIpv4(entry) : nat.clientIpv4(entry);
        long toVm = reset(
                peer,
                nat.clientPort(entry),
                nat.localIpv4(entry),
                nat.localPort(entry),
                nat.expectedByVm(entry),
                nowNanos);
        if (toVm >= 0) {
            exits.toVm(vm, toVm, LENGTH);
        }
        long toClient = reset(
                nat.vipIpv4(entry),
                nat.vipPort(entry),
                nat.clientIpv4(entry),
                nat.clientPort(entry),
                nat.expectedByClient(entry),
                nowNanos);
        if (toClient >= 0) {
            exits.toClient(policy.current(), vm, nat.clientIpv4(entry), toClient, LENGTH, nowNanos);
        }
    }

    /** @return a frame with the reset, its Ethernet header to be written, or -1 when there is no frame or none may be sent now */
    private long reset(int source, int sourcePort, int destination, int destinationPort, int sequence, long nowNanos) {
        if (!limit.permit(nowNanos)) {
            return -1;
        }
        long frame = pool.acquire();
        if (frame >= 0) {
            exits.counts().add(HostCount.IDLE_RESETS);
            ip.wrap(pool.memory(), frame + Ethernet.LENGTH)
                    .set(0, LENGTH - Ethernet.LENGTH, TTL, IpProtocol.TCP, source, destination);
            tcp.wrap(pool.memory(), ip.payload()).set(sourcePort, destinationPort, sequence, 0, Tcp.RST, 0);
            tcp.updateChecksum(ip);
        }
        return frame;
    }
}
