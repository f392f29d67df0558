package ecmplab.port.neighbor;

import ecmplab.packet.Ethernet;
import ecmplab.packet.Ipv6;
import ecmplab.packet.MacAddress;
import ecmplab.packet.NeighborDiscovery;
import ecmplab.packet.PacketFault;
import ecmplab.port.Drops;
import ecmplab.port.FramePool;
import ecmplab.port.Port;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Neighbours of one port: asks by ARP or neighbour solicitation, learns from the answers, keeps packets for a while until there
 * is one. It does not answer requests: the node's own addresses belong to its kernel, which does.
 *
 * <p>Learns only what it asked for: an answer to us makes an address known; any other message updates an address that is in use
 * here already, and never adds one. Addresses of both families share the table and its limits: an IPv4 address is its IPv4-mapped
 * IPv6 address. Belongs to the port's forwarding thread. Times are of that thread's clock.
 */
public final class NeighborCache {
    private final Port port;
    private final Requests requests;
    private final Heard heard;
    private final NeighborSettings settings;
    private final Undeliverable undeliverable;
    private final @Nullable NeighborListener listener;
    private final FramePool pool;
    private final Ethernet ethernet = new Ethernet();
    private final Drops<NeighborDrop> drops = new Drops<>(NeighborDrop.class);

    private final long reachableNanos;
    private final long retransmitNanos;
    private final long failedHoldNanos;
    private final long idleNanos;

    private final NeighborTable table;
    private int waiting;
    private long requestsSent;

    /** A cache that drops what is undeliverable. */
    public NeighborCache(Port port, Inet4Address ownAddress) {
        this(
                port,
                ownAddress,
                NeighborSettings.STANDARD,
                (frame, length, high, low) -> port.pool().release(frame));
    }

    /** @param ownAddress that requests are sent from, in the subnet of the neighbours */
    public NeighborCache(Port port, Inet4Address ownAddress, NeighborSettings settings, Undeliverable undeliverable) {
        this(port, new OwnAddresses(ownAddress, null), settings, undeliverable, null);
    }

    /** A cache for the families that it has own addresses of, which also tells {@code listener}, if there is one. */
    public NeighborCache(
            Port port,
            OwnAddresses own,
            NeighborSettings settings,
            Undeliverable undeliverable,
            @Nullable NeighborListener listener) {
        this.port = port;
        requests = new Requests(port, own);
        heard = new Heard(requests, port.mac().bits());
        this.settings = settings;
        this.undeliverable = undeliverable;
        this.listener = listener;
        pool = port.pool();
        reachableNanos = settings.reachable().toNanos();
        retransmitNanos = settings.retransmit().toNanos();
        failedHoldNanos = settings.failedHold().toNanos();
        idleNanos = settings.idle().toNanos();
        table = new NeighborTable(settings.capacity(), settings.waitingPerNeighbor());
    }

    /**
     * The MAC address of a neighbour, as 48 bits, or -1 when it is not known (yet): then it has been asked for, unless it
     * was lately.
     */
    public long lookup(int address, long nowNanos) {
        return lookup(0, Ipv6.mapped(address), nowNanos);
    }

    /** As the other one, for an IPv6 (or IPv4-mapped) address. */
    public long lookup(long high, long low, long nowNanos) {
        var entry = use(high, low, nowNanos);
        return entry == null ? -1 : entry.mac;
    }

    /**
     * Takes over the packet at {@code frame} and sends it to {@code nextHop}: writes both Ethernet addresses, leaves the
     * EtherType. With the MAC address not known yet, the packet waits for it.
     */
    public void send(int nextHop, long frame, int length, long nowNanos) {
        send(0, Ipv6.mapped(nextHop), frame, length, nowNanos);
    }

    /** As the other one, to an IPv6 (or IPv4-mapped) next hop; the packet may be of either family (RFC 8950). */
    public void send(long high, long low, long frame, int length, long nowNanos) {
        var entry = use(high, low, nowNanos);
        if (entry == null) {
            drops.count(NeighborDrop.TABLE_FULL);
            pool.release(frame);
        } else if (entry.known()) {
            transmit(entry, frame, length);
        } else if (entry.state == NeighborState.FAILED) {
            giveUp(frame, length, high, low);
        } else {
            await(entry, frame, length);
        }
    }

    /** Finds or begins an entry, notes its use, and asks for it where that is due. Null when there is no room. */
    private @Nullable Entry use(long high, long low, long now) {
        var entry = table.find(high, low);
        if (entry == null) {
            entry = table.add(high, low, now);
            if (entry != null) {
                request(entry, now);
            }
            return entry;
        }
        entry.usedAt = now;
        if (entry.state == NeighborState.REACHABLE && now - entry.dueAt >= 0) {
            entry.state = NeighborState.STALE;
        }
        if (entry.state == NeighborState.STALE) {
            entry.state = NeighborState.PROBE;
            entry.requests = 0;
            request(entry, now);
        }
        return entry;
    }

    private void transmit(Entry entry, long frame, int length) {
        ethernet.wrap(pool.memory(), frame).setAddresses(entry.mac, port.mac().bits());
        port.send(frame, length);
    }

    private void await(Entry entry, long frame, int length) {
        if (entry.waitingFull() || (waiting == settings.waiting() && entry.waiting > 0)) {
            pool.release(entry.removeOldest());
            waiting--;
            drops.count(NeighborDrop.WAITING_FULL);
        }
        if (waiting == settings.waiting()) {
            pool.release(frame);
            drops.count(NeighborDrop.WAITING_FULL);
            return;
        }
        pool.keep(frame);
        entry.append(frame, length);
        waiting++;
    }

    /** Sends a request, by unicast to an address that is being confirmed, and says when the next is due. */
    private void request(Entry entry, long now) {
        entry.requests++;
        entry.dueAt = now + retransmitNanos;
        requestsSent += requests.send(entry) ? 1 : 0;
    }

    /**
     * Learns from an ARP message that the port received.
     *
     * @param offset where it starts, after the Ethernet header
     * @param available octets from there on
     * @return what is wrong with it; the caller counts
     */
    public PacketFault input(MemorySegment memory, long offset, int available, long nowNanos) {
        var fault = heard.arp(memory, offset, available);
        if (fault == PacketFault.NONE) {
            take(nowNanos);
        }
        return fault;
    }

    /**
     * Learns from a neighbour solicitation or advertisement that the port received (RFC 4861 sections 7.2.3 and 7.2.5).
     *
     * @param ip where the valid packet with it starts
     * @param transport where the message starts
     * @param available octets from there on
     * @return what is wrong with it; the caller counts
     */
    public PacketFault input(MemorySegment memory, long ip, long transport, int available, long nowNanos) {
        var fault = heard.discovery(memory, ip, transport, available);
        if (fault == PacketFault.NONE) {
            take(nowNanos);
        }
        return fault;
    }

    /**
     * An answer confirms. What answers nothing and names another MAC address is believed, but asked about at the next use; what
     * does not override what is known only casts doubt.
     */
    private void take(long now) {
        var entry = heard.isOwn() ? null : table.find(heard.high, heard.low);
        if (entry == null) {
            return;
        }
        boolean differs = heard.mac != NeighborDiscovery.ABSENT && heard.mac != entry.mac;
        if (entry.known() && differs && !heard.overrides) {
            if (entry.state == NeighborState.REACHABLE) {
                entry.state = NeighborState.STALE;
            }
        } else if (heard.answersUs && (entry.known() || differs)) {
            confirm(entry, differs ? heard.mac : entry.mac, now);
        } else if (differs) {
            learn(entry, heard.mac, now);
            entry.state = NeighborState.STALE;
        }
    }

    private void confirm(Entry entry, long mac, long now) {
        entry.state = NeighborState.REACHABLE;
        entry.everConfirmed = true;
        entry.confirmedAt = now;
        entry.dueAt = now + reachableNanos;
        learn(entry, mac, now);
    }

    private void learn(Entry entry, long mac, long now) {
        if (listener != null && entry.mac != mac) {
            listener.resolved(entry.high, entry.low, mac, now);
        }
        entry.mac = mac;
        for (int i = 0; i < entry.waiting; i++) {
            pool.takeInHand(entry.waitingFrames[i]);
            transmit(entry, entry.waitingFrames[i], entry.waitingLengths[i]);
        }
        waiting -= entry.waiting;
        entry.waiting = 0;
    }

    /** Sends the requests that are due and lets go of what failed or was not used for long. To be called about every 10 ms. */
    public void tick(long nowNanos) {
        for (int i = table.size() - 1; i >= 0; i--) {
            var entry = table.at(i);
            if (nowNanos - entry.dueAt >= 0) {
                expire(entry, nowNanos);
            }
            if (isSpent(entry, nowNanos)) {
                table.remove(entry);
            }
        }
    }

    private boolean isSpent(Entry entry, long now) {
        return entry.state == NeighborState.FAILED
                ? now - entry.dueAt >= 0
                : entry.waiting == 0 && now - entry.usedAt >= idleNanos;
    }

    private void expire(Entry entry, long now) {
        switch (entry.state) {
            case REACHABLE -> entry.state = NeighborState.STALE;
            case STALE, FAILED -> {}
            case PROBE -> {
                if (entry.requests >= settings.attempts()) {
                    entry.mac = -1;
                    entry.state = NeighborState.INCOMPLETE;
                    entry.requests = 0;
                }
                request(entry, now);
            }
            case INCOMPLETE -> {
                if (entry.requests < settings.attempts()) {
                    request(entry, now);
                } else {
                    fail(entry, now);
                }
            }
        }
    }

    private void fail(Entry entry, long now) {
        entry.state = NeighborState.FAILED;
        entry.dueAt = now + failedHoldNanos;
        if (listener != null) {
            listener.failed(entry.high, entry.low, now);
        }
        long high = entry.high;
        long low = entry.low;
        while (entry.waiting > 0) { // one by one: the callee may come back here to send its report
            int length = entry.waitingLengths[0];
            long frame = entry.removeOldest();
            waiting--;
            pool.takeInHand(frame);
            giveUp(frame, length, high, low);
        }
    }

    private void giveUp(long frame, int length, long high, long low) {
        drops.count(NeighborDrop.UNRESOLVED);
        undeliverable.accept(frame, length, high, low);
    }

    /** Packets that wait for an answer. */
    public int waiting() {
        return waiting;
    }

    /** Requests sent: frames that the node originated. */
    public long requestsSent() {
        return requestsSent;
    }

    /** Readable from any thread. */
    public Drops<NeighborDrop> drops() {
        return drops;
    }

    /** What is known, by address. */
    public List<Neighbor> snapshot(long nowNanos) {
        var neighbors = new ArrayList<Neighbor>(table.size());
        for (int i = 0; i < table.size(); i++) {
            var entry = table.at(i);
            neighbors.add(new Neighbor(
                    Ipv6.unmapped(entry.high, entry.low),
                    entry.state,
                    entry.known() ? new MacAddress(entry.mac) : null,
                    entry.everConfirmed ? Duration.ofNanos(nowNanos - entry.confirmedAt) : null,
                    entry.waiting));
        }
        neighbors.sort(Comparator.comparing(neighbor -> neighbor.address().getAddress(), NeighborCache::compare));
        return List.copyOf(neighbors);
    }

    /** Short addresses, which are IPv4's, first. */
    private static int compare(byte[] one, byte[] other) {
        return one.length == other.length ? Arrays.compareUnsigned(one, other) : one.length - other.length;
    }
}
