package ecmplab.bgp.mrt;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.Prefix;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.Arrays;

/** Writes MRT records, each with one call of the stream. For one thread. */
public final class MrtWriter {
    private final OutputStream out;
    private byte[] octets = new byte[4096];
    private int length;

    /** @param out the caller flushes and closes it */
    public MrtWriter(OutputStream out) {
        this.out = out;
    }

    /** @throws IllegalArgumentException when the record is a damaged one, or has too many peers, paths or attributes to count */
    public void write(MrtRecord record) throws IOException {
        switch (record) {
            case MrtRecord.Message message -> {
                int subtype = MrtType.messageSubtype(message.fourOctetAs(), message.addPath(), message.sent());
                beginConversation(message.at(), subtype);
                ends(message.ends(), message.fourOctetAs());
                octets(message.message());
            }
            case MrtRecord.StateChange change -> {
                int subtype = change.fourOctetAs() ? MrtType.STATE_CHANGE_AS4 : MrtType.STATE_CHANGE;
                beginConversation(change.at(), subtype);
                ends(change.ends(), change.fourOctetAs());
                int16(change.from(), "state");
                int16(change.to(), "state");
            }
            case MrtRecord.PeerIndex index -> {
                begin(index.at(), MrtType.TABLE_DUMP_V2, MrtType.PEER_INDEX_TABLE);
                peers(index);
            }
            case MrtRecord.TableEntry entry -> {
                begin(entry.at(), MrtType.TABLE_DUMP_V2, subtype(entry));
                entry(entry);
            }
            case MrtRecord.Other(var at, int type, int subtype, var body) -> {
                begin(at, type, subtype);
                octets(body);
            }
            case MrtRecord.Damaged damaged -> throw new IllegalArgumentException("damaged: " + damaged.reason());
        }
        BigEndian.putInt32(octets, 8, length - MrtType.HEADER);
        out.write(octets, 0, length);
    }

    private static int subtype(MrtRecord.TableEntry entry) {
        return switch (entry.prefix().family()) {
            case IPV4_UNICAST -> entry.addPath() ? MrtType.RIB_IPV4_UNICAST_ADDPATH : MrtType.RIB_IPV4_UNICAST;
            case IPV6_UNICAST -> entry.addPath() ? MrtType.RIB_IPV6_UNICAST_ADDPATH : MrtType.RIB_IPV6_UNICAST;
        };
    }

    /** With microseconds where there are some. */
    private void beginConversation(Instant at, int subtype) {
        int micros = at.get(ChronoField.MICRO_OF_SECOND);
        begin(at, micros == 0 ? MrtType.BGP4MP : MrtType.BGP4MP_ET, subtype);
        if (micros != 0) {
            int32(micros);
        }
    }

    private void begin(Instant at, int type, int subtype) {
        length = 0;
        int32((int) at.getEpochSecond());
        int16(type, "type");
        int16(subtype, "subtype");
        int32(0);
    }

    private void ends(MrtRecord.Ends ends, boolean wide) {
        asn(ends.peerAsn(), wide);
        asn(ends.localAsn(), wide);
        int16(ends.interfaceIndex(), "interface index");
        var peer = ends.peer().getAddress();
        int16(peer.length == 16 ? AddressFamily.IPV6_UNICAST.afi() : AddressFamily.IPV4_UNICAST.afi(), "AFI");
        octets(peer);
        octets(ends.local().getAddress());
    }

    private void peers(MrtRecord.PeerIndex index) {
        int32(index.collector().bits());
        var view = index.view().getBytes(StandardCharsets.UTF_8);
        int16(view.length, "view name's length");
        octets(view);
        int16(index.peers().size(), "number of peers");
        for (var peer : index.peers()) {
            var address = peer.address().getAddress();
            octets((byte) (MrtType.PEER_AS4 | (address.length == 16 ? MrtType.PEER_IPV6 : 0)));
            int32(peer.id().bits());
            octets(address);
            int32(peer.asn().bits());
        }
    }

    private void entry(MrtRecord.TableEntry entry) {
        int32(entry.sequence());
        prefix(entry.prefix());
        int16(entry.paths().size(), "number of paths");
        for (var path : entry.paths()) {
            int16(path.peer(), "peer index");
            int32((int) path.originated().getEpochSecond());
            if (entry.addPath()) {
                int32(path.pathId());
            }
            int16(path.attributes().length(), "attributes' length");
            octets(path.attributes());
        }
    }

    private void prefix(Prefix prefix) {
        octets((byte) prefix.length());
        for (int i = 0; i < (prefix.length() + 7) >>> 3; i++) {
            octets((byte) ((i < 8 ? prefix.high() : prefix.low()) >>> (56 - 8 * (i & 7))));
        }
    }

    private void asn(Asn asn, boolean wide) {
        if (wide) {
            int32(asn.bits());
        } else {
            int16((asn.fitsTwoOctets() ? asn : Asn.TRANS).bits(), "AS number");
        }
    }

    private void int16(int value, String what) {
        if (value < 0 || value > 0xFFFF) {
            throw new IllegalArgumentException(what + " " + value + ": must be at most 65535");
        }
        reserve(2);
        BigEndian.putInt16(octets, length, value);
        length += 2;
    }

    private void int32(int value) {
        reserve(4);
        BigEndian.putInt32(octets, length, value);
        length += 4;
    }

    private void octets(Octets values) {
        octets(values.toArray());
    }

    private void octets(byte... values) {
        reserve(values.length);
        System.arraycopy(values, 0, octets, length, values.length);
        length += values.length;
    }

    private void reserve(int count) {
        if (length + count > octets.length) {
            octets = Arrays.copyOf(octets, Math.max(2 * octets.length, length + count));
        }
    }
}
