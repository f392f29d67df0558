package ecmplab.bgp.attribute;

import static ecmplab.bgp.wire.AddressFamily.IPV4_UNICAST;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.BigEndian;
import ecmplab.bgp.wire.Octets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads UPDATE messages in place (RFC 4271 section 4.3, RFC 4760, RFC 7911, RFC 8950) and gives each fault the outcome of RFC 7606.
 * Nothing is allocated for a well-formed message. Holds scratch memory; for one thread.
 */
public final class UpdateDecoder {
    private static final int HEADER = 19;
    /** Header, and the two lengths. */
    private static final int SHORTEST = 23;

    private static final int MALFORMED_LIST = 1;

    private final boolean ipv4;
    private final FaultLog faults = new FaultLog();
    private final AttributeWalk walk;
    private final MultiprotocolFields multiprotocol;
    private final BlockBuilder blocks;
    private final int idSize;

    public UpdateDecoder(UpdateOptions options) {
        ipv4 = options.families().contains(IPV4_UNICAST);
        walk = new AttributeWalk(options, faults);
        multiprotocol = new MultiprotocolFields(options, faults);
        blocks = new BlockBuilder(walk, options.fourOctetAs());
        idSize = multiprotocol.idSize(IPV4_UNICAST);
    }

    /** For a session of {@link UpdateOptions#of}. */
    public UpdateDecoder(boolean ebgp, boolean fourOctetAs, Set<AddressFamily> families) {
        this(UpdateOptions.of(ebgp, fourOctetAs, families));
    }

    /** Where routes go; arrays are valid during the call only. Withdrawals come before announcements. */
    public interface Sink {
        /** The {@link #reach} calls that follow carry this attribute block, see {@link ecmplab.bgp.rib.RouteBatch}. */
        void attributes(byte[] octets, int from, int length);

        /** @param pathId 0 without add-path */
        void reach(AddressFamily family, long high, long low, int prefixLength, int pathId);

        /** @param pathId 0 without add-path */
        void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId);

        void endOfRib(AddressFamily family);
    }

    /**
     * Decodes the UPDATE of {@code length} octets, header included, at {@code from}.
     *
     * @return the strongest fault, or null; after a {@link Cost#SESSION_RESET} the sink saw nothing of the message
     */
    public @Nullable MalformedUpdate decode(byte[] octets, int from, int length, Sink sink) {
        faults.begin(from);
        multiprotocol.clear();
        int to = from + length;
        int withdrawnFrom = from + HEADER + 2;
        int withdrawnTo = length < SHORTEST ? to : withdrawnFrom + BigEndian.uint16(octets, from + HEADER);
        if (withdrawnTo + 2 > to) {
            return overrun(from + HEADER, "Withdrawn Routes Length");
        }
        int attributesFrom = withdrawnTo + 2;
        int attributesTo = attributesFrom + BigEndian.uint16(octets, withdrawnTo);
        if (attributesTo > to) {
            return overrun(withdrawnTo, "Total Path Attribute Length");
        }
        check(octets, from, withdrawnFrom, withdrawnTo, attributesFrom, attributesTo, to);
        if (!faults.costs(Cost.SESSION_RESET)) {
            boolean withdraw = faults.costs(Cost.TREAT_AS_WITHDRAW);
            if (ipv4) {
                NlriField.unreach(octets, withdrawnFrom, withdrawnTo, IPV4_UNICAST, idSize, sink);
            }
            deliver(octets, attributesTo, to, withdraw, sink);
            endOfRib(length, withdrawnFrom, withdrawnTo, attributesFrom, attributesTo, sink);
        }
        return faults.strongest();
    }

    /** Like {@link #decode(byte[], int, int, Sink)}, and adds every fault to {@code all}, in the order they were found. */
    public @Nullable MalformedUpdate decode(byte[] octets, int from, int length, Sink sink, List<MalformedUpdate> all) {
        faults.copyTo(all);
        try {
            return decode(octets, from, length, sink);
        } finally {
            faults.copyTo(null);
        }
    }

    private void check(
            byte[] octets, int from, int withdrawnFrom, int withdrawnTo, int attributesFrom, int attributesTo, int to) {
        boolean nlri = attributesTo < to;
        walk.walk(octets, from, attributesFrom, attributesTo, nlri);
        multiprotocol.locate(octets, walk);
        NlriField.check(octets, withdrawnFrom, withdrawnTo, IPV4_UNICAST, idSize, 0, faults);
        NlriField.check(octets, attributesTo, to, IPV4_UNICAST, idSize, 0, faults);
        if (nlri || walk.met(AttributeType.MP_REACH_NLRI)) {
            walk.require(nlri);
        }
        if (!ipv4 && (nlri || withdrawnFrom < withdrawnTo)) {
            faults.add(
                    Cost.DISCARD_ATTRIBUTE,
                    0,
                    0,
                    from + HEADER,
                    Octets.NONE,
                    "IPv4 routes that were not negotiated",
                    "RFC 4760 section 6");
        }
        blocks.widenPath(faults);
        boolean reachable = nlri || multiprotocol.encodesReachable;
        if (!reachable && walk.hasMoreThanWithdrawals() && faults.costs(Cost.TREAT_AS_WITHDRAW)) {
            var hidden = Objects.requireNonNull(faults.strongest());
            faults.add(
                    Cost.SESSION_RESET,
                    hidden.attributeType(),
                    hidden.notification().subcode(),
                    from + hidden.offset(),
                    hidden.notification().data(),
                    hidden.reason() + ", in a message whose routes cannot be found",
                    "RFC 7606 section 5.2");
        }
    }

    /** RFC 4724 section 2: an empty message, or nothing but an MP_UNREACH_NLRI without routes. */
    private void endOfRib(
            int length, int withdrawnFrom, int withdrawnTo, int attributesFrom, int attributesTo, Sink sink) {
        var family = multiprotocol.unreachFamily;
        if (length == SHORTEST) {
            if (ipv4) {
                sink.endOfRib(IPV4_UNICAST);
            }
        } else if (family != null
                && withdrawnFrom == withdrawnTo
                && multiprotocol.unreachFrom == multiprotocol.unreachTo
                && attributesTo == multiprotocol.unreachTo
                && attributesTo - attributesFrom + SHORTEST == length
                && walk.valueAt(AttributeType.MP_UNREACH_NLRI) - attributesFrom <= 4) {
            sink.endOfRib(family);
        }
    }

    private void deliver(byte[] octets, int from, int to, boolean withdraw, Sink sink) {
        if (multiprotocol.unreachFamily != null) {
            var family = multiprotocol.unreachFamily;
            int ids = multiprotocol.idSize(family);
            NlriField.unreach(octets, multiprotocol.unreachFrom, multiprotocol.unreachTo, family, ids, sink);
        }
        if (from < to && ipv4) {
            if (withdraw) {
                NlriField.unreach(octets, from, to, IPV4_UNICAST, idSize, sink);
            } else {
                int size = blocks.build(walk.valueAt(AttributeType.NEXT_HOP), walk.sizeOf(AttributeType.NEXT_HOP));
                sink.attributes(blocks.block(), 0, size);
                NlriField.reach(octets, from, to, IPV4_UNICAST, idSize, sink);
            }
        }
        var family = multiprotocol.reachFamily;
        if (family != null && multiprotocol.reachFrom < multiprotocol.reachTo) {
            int ids = multiprotocol.idSize(family);
            if (withdraw) {
                NlriField.unreach(octets, multiprotocol.reachFrom, multiprotocol.reachTo, family, ids, sink);
            } else {
                int size = blocks.build(multiprotocol.nextHop, multiprotocol.nextHopSize);
                sink.attributes(blocks.block(), 0, size);
                NlriField.reach(octets, multiprotocol.reachFrom, multiprotocol.reachTo, family, ids, sink);
            }
        }
    }

    private @Nullable MalformedUpdate overrun(int at, String field) {
        faults.add(
                Cost.SESSION_RESET,
                0,
                MALFORMED_LIST,
                at,
                Octets.NONE,
                field + " runs past the message",
                "RFC 4271 section 6.3");
        return faults.strongest();
    }
}
