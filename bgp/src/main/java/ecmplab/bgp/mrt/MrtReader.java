package ecmplab.bgp.mrt;

import ecmplab.bgp.mrt.MrtRecord.Damaged;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;
import ecmplab.bgp.wire.RouterId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an MRT file record by record, holding one record in memory. What is damaged within a record is skipped with it; a record that
 * claims to be longer than {@value #LONGEST} octets, or that the file ends in, ends the reading.
 */
public final class MrtReader {
    /** Octets of a record's body that are believed; 65535 paths of a usual size fit. */
    public static final int LONGEST = 64 << 20;

    private static final int FIRST_BUFFER = 4096;

    private final InputStream in;
    private byte[] body = new byte[FIRST_BUFFER];
    private long offset;
    private boolean ended;

    /** @param in uncompressed; buffered is faster; the caller closes it */
    public MrtReader(InputStream in) {
        this.in = in;
    }

    /** The next record, or null after the last. */
    public @Nullable MrtRecord read() throws IOException {
        if (ended) {
            return null;
        }
        long start = offset;
        int got = fill(0, MrtType.HEADER);
        if (got == 0) {
            ended = true;
            return null;
        }
        if (got < MrtType.HEADER) {
            return end(Instant.EPOCH, 0, 0, start, "the file ends after " + got + " octets of a record's header");
        }
        var at = Instant.ofEpochSecond(Integer.toUnsignedLong(BigEndian.int32(body, 0)));
        int type = BigEndian.uint16(body, 4);
        int subtype = BigEndian.uint16(body, 6);
        long length = Integer.toUnsignedLong(BigEndian.int32(body, 8));
        if (length > LONGEST) {
            return end(at, type, subtype, start, "a body of " + length + " octets: must be at most " + LONGEST);
        }
        int there = fill(0, (int) length);
        if (there < length) {
            return end(at, type, subtype, start, "the file ends after " + there + " of " + length + " octets");
        }
        try {
            return record(at, type, subtype, new MrtBody(body, (int) length));
        } catch (MrtBody.Malformed malformed) {
            return new Damaged(at, type, subtype, start, malformed.reason());
        }
    }

    private Damaged end(Instant at, int type, int subtype, long start, String reason) {
        ended = true;
        return new Damaged(at, type, subtype, start, reason);
    }

    /** Reads up to {@code count} octets into the buffer, which grows with what is really there. */
    private int fill(int from, int count) throws IOException {
        int have = from;
        while (have < count) {
            if (have == body.length) {
                body = Arrays.copyOf(body, Math.min(count, 2 * body.length));
            }
            int more = in.read(body, have, Math.min(count, body.length) - have);
            if (more < 0) {
                break;
            }
            have += more;
        }
        offset += have;
        return have;
    }

    private static MrtRecord record(Instant at, int type, int subtype, MrtBody body) throws MrtBody.Malformed {
        return switch (type) {
            case MrtType.BGP4MP -> conversation(at, type, subtype, body);
            case MrtType.BGP4MP_ET -> conversation(microseconds(at, body), type, subtype, body);
            case MrtType.TABLE_DUMP_V2 -> table(at, subtype, body);
            default -> new MrtRecord.Other(at, type, subtype, body.rest());
        };
    }

    private static Instant microseconds(Instant at, MrtBody body) throws MrtBody.Malformed {
        int micros = body.int32();
        if (micros < 0 || micros > 999_999) {
            throw new MrtBody.Malformed(Integer.toUnsignedString(micros) + " microseconds: must be below 1000000");
        }
        return at.plusNanos(1000L * micros);
    }

    private static MrtRecord conversation(Instant at, int type, int subtype, MrtBody body) throws MrtBody.Malformed {
        boolean wide = switch (subtype) {
            case MrtType.STATE_CHANGE_AS4,
                    MrtType.MESSAGE_AS4,
                    MrtType.MESSAGE_AS4_LOCAL,
                    MrtType.MESSAGE_AS4_ADDPATH,
                    MrtType.MESSAGE_AS4_LOCAL_ADDPATH -> true;
            default -> false;
        };
        return switch (subtype) {
            case MrtType.STATE_CHANGE, MrtType.STATE_CHANGE_AS4 -> {
                var ends = body.ends(wide);
                var change = new MrtRecord.StateChange(at, ends, wide, body.uint16(), body.uint16());
                body.end();
                yield change;
            }
            case MrtType.MESSAGE,
                    MrtType.MESSAGE_AS4,
                    MrtType.MESSAGE_LOCAL,
                    MrtType.MESSAGE_AS4_LOCAL,
                    MrtType.MESSAGE_ADDPATH,
                    MrtType.MESSAGE_AS4_ADDPATH,
                    MrtType.MESSAGE_LOCAL_ADDPATH,
                    MrtType.MESSAGE_AS4_LOCAL_ADDPATH -> {
                boolean sent = subtype == MrtType.MESSAGE_LOCAL
                        || subtype == MrtType.MESSAGE_AS4_LOCAL
                        || subtype >= MrtType.MESSAGE_LOCAL_ADDPATH;
                yield new MrtRecord.Message(
                        at, body.ends(wide), wide, subtype >= MrtType.MESSAGE_ADDPATH, sent, body.rest());
            }
            default -> new MrtRecord.Other(at, type, subtype, body.rest());
        };
    }

    private static MrtRecord table(Instant at, int subtype, MrtBody body) throws MrtBody.Malformed {
        return switch (subtype) {
            case MrtType.PEER_INDEX_TABLE -> peers(at, body);
            case MrtType.RIB_IPV4_UNICAST -> entry(at, AddressFamily.IPV4_UNICAST, false, body);
            case MrtType.RIB_IPV4_UNICAST_ADDPATH -> entry(at, AddressFamily.IPV4_UNICAST, true, body);
            case MrtType.RIB_IPV6_UNICAST -> entry(at, AddressFamily.IPV6_UNICAST, false, body);
            case MrtType.RIB_IPV6_UNICAST_ADDPATH -> entry(at, AddressFamily.IPV6_UNICAST, true, body);
            default -> new MrtRecord.Other(at, MrtType.TABLE_DUMP_V2, subtype, body.rest());
        };
    }

    private static MrtRecord peers(Instant at, MrtBody body) throws MrtBody.Malformed {
        var collector = new RouterId(body.int32());
        var view = new String(body.octets(body.uint16()).toArray(), StandardCharsets.UTF_8);
        int count = body.uint16();
        var peers = new ArrayList<MrtRecord.Peer>();
        for (int i = 0; i < count; i++) {
            int flags = body.octet();
            var id = new RouterId(body.int32());
            var address = body.address((flags & MrtType.PEER_IPV6) != 0);
            peers.add(new MrtRecord.Peer(id, address, body.asn((flags & MrtType.PEER_AS4) != 0)));
        }
        body.end();
        return new MrtRecord.PeerIndex(at, collector, view, peers);
    }

    private static MrtRecord entry(Instant at, AddressFamily family, boolean addPath, MrtBody body)
            throws MrtBody.Malformed {
        int sequence = body.int32();
        var prefix = body.prefix(family);
        int count = body.uint16();
        var paths = new ArrayList<MrtRecord.Path>();
        for (int i = 0; i < count; i++) {
            int peer = body.uint16();
            var originated = Instant.ofEpochSecond(Integer.toUnsignedLong(body.int32()));
            int pathId = addPath ? body.int32() : 0;
            Octets attributes = body.octets(body.uint16());
            paths.add(new MrtRecord.Path(peer, originated, pathId, attributes));
        }
        body.end();
        return new MrtRecord.TableEntry(at, sequence, prefix, addPath, paths);
    }
}
