package ecmplab.bench.breakage;

import ecmplab.packet.Arp;
import ecmplab.packet.Ethernet;
import ecmplab.port.Burst;
import ecmplab.port.FrameLedger;
import ecmplab.port.FramePool;
import ecmplab.port.PacketProcessor;
import ecmplab.port.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A node of the cloud with its ports: runs the node's processor, and answers ARP as the node's kernel would. */
final class Station {
    private record Own(Port port, int address) {}

    private final String name;
    private final FramePool pool;
    private final boolean countsByPorts;
    private final List<Own> ports = new ArrayList<>();
    private final Burst burst = new Burst(64);
    private final Ethernet ethernet = new Ethernet();
    private final Arp arp = new Arp();
    private PacketProcessor processor = new Idle();
    private Supplier<FrameLedger> ledger = () -> new FrameLedger(0, 0, 0, 0, 0, 0);
    /** What the ports had received before the processor began, where the ledger counts by ports. */
    private long before;
    /** Taken from ports since the processor began. */
    private long received;
    /** Requests answered. */
    private long answered;
    /** The ports' queues hold what a dead node did not take. */
    private boolean alive;

    /** @param countsByPorts whether the ledger takes what its ports sent for its own, our answers to ARP included */
    Station(String name, FramePool pool, boolean countsByPorts) {
        this.name = name;
        this.pool = pool;
        this.countsByPorts = countsByPorts;
    }

    /** @param address that ARP is answered for; 0 for none */
    void attach(Port port, int address) {
        ports.add(new Own(port, address));
    }

    /** From now on it takes nothing: what comes is lost. */
    void die() {
        alive = false;
    }

    boolean isAlive() {
        return alive;
    }

    /** Begins anew with an empty memory. */
    void begin(PacketProcessor newProcessor, Supplier<FrameLedger> newLedger) {
        processor = newProcessor;
        ledger = newLedger;
        before = newLedger.get().received();
        received = 0;
        alive = true;
    }

    /** One burst from each port. @return whether anything had come */
    boolean work(long nowNanos) {
        boolean any = false;
        for (var own : ports) {
            burst.clear();
            if (own.port.receive(burst) == 0) {
                continue;
            }
            any = true;
            if (alive) {
                received += burst.count();
                answerArp(own);
                processor.process(own.port, burst, nowNanos);
            } else {
                for (int i = 0; i < burst.count(); i++) {
                    pool.release(burst.address(i));
                }
            }
        }
        flush();
        return any;
    }

    void tick(long nowNanos) {
        if (alive) {
            processor.tick(nowNanos);
            flush();
        }
    }

    private void flush() {
        ports.forEach(own -> own.port.flush());
    }

    private void answerArp(Own own) {
        var memory = pool.memory();
        for (int i = 0; i < burst.count(); i++) {
            long frame = burst.address(i);
            if (own.address == 0 || ethernet.wrap(memory, frame).type() != Ethernet.TYPE_ARP) {
                continue;
            }
            arp.wrap(memory, frame + Ethernet.LENGTH);
            if (arp.operation() != Arp.REQUEST || arp.targetAddress() != own.address) {
                continue;
            }
            long asker = arp.senderMac();
            int askerAddress = arp.senderAddress();
            long mac = own.port.mac().bits();
            long reply = pool.acquire();
            ethernet.wrap(memory, reply).set(asker, mac, Ethernet.TYPE_ARP);
            arp.wrap(memory, reply + Ethernet.LENGTH).set(Arp.REPLY, mac, own.address, asker, askerAddress);
            own.port.send(reply, Arp.FRAME_LENGTH);
            answered++;
        }
    }

    /** @throws IllegalStateException when a frame is lost without a reason, or there are two of it */
    void requireConserved() {
        if (!alive) {
            return;
        }
        var now = ledger.get();
        long missing = now.missing() - before + (countsByPorts ? answered : 0);
        if (missing != 0 || now.received() != before + received || pool.available() + now.held() != pool.size()) {
            throw new IllegalStateException(name + " has lost count: received " + received + ", " + now + ", "
                    + (pool.size() - pool.available()) + " frames away");
        }
    }

    /** Before there is one. */
    private static final class Idle implements PacketProcessor {
        @Override
        public void process(Port in, Burst burst, long nowNanos) {
            throw new IllegalStateException("a station without a processor takes nothing");
        }

        @Override
        public void tick(long nowNanos) {}
    }
}
