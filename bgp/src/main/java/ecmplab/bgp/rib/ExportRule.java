package ecmplab.bgp.rib;

import ecmplab.bgp.attribute.AttributeType;
import ecmplab.bgp.capability.Role;
import ecmplab.bgp.policy.BlockView;
import ecmplab.bgp.policy.Policy;
import ecmplab.bgp.policy.PolicyContext;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which routes the members of an update group are told, and with what attributes: well-known communities (RFC 1997), rules of iBGP and
 * of reflection (RFC 4456), route leaks (RFC 9234 section 5), export policy, next hop (RFC 4271 section 5.1.3). What depends on attributes
 * alone is found once for successive routes that share them.
 */
final class ExportRule {
    /** Addresses of the members: none of them may be told itself as next hop. */
    private final Set<InetAddress> members = new HashSet<>();

    private final UpdateGroup.Key key;
    private final PrefixTable prefixes;
    private final AttributeTable attributes;
    private final UpdateWriter writer;
    private final Policy policy;
    private final PolicyContext context;
    private final BlockView view = new BlockView();
    private final boolean isTransparent;
    private final boolean external;
    /** Null until the policy changes a route in a way that cannot wait, see {@link ExportEdits}. */
    private @Nullable RewriteMemo memo;

    private long tooLarge;

    /** The attributes exported last, which we hold a reference to, and what was found of them. */
    private int last = AttributeTable.NONE;

    private @Nullable Peer lastSource;
    private boolean forbidden;
    private long candidates;
    /** Whether {@link #lastMatched} and what follows are of these attributes. */
    private boolean isDecided;

    private long lastMatched;
    private int lastResult;
    private int lastOrigin;

    /** The next hop looked at last, of a route of that source that policy left it to, and what was found. */
    private @Nullable InetAddress hop;

    private @Nullable Peer hopSource;
    private boolean hopIsSelf;

    ExportRule(UpdateGroup.Key key, PrefixTable prefixes, AttributeTable attributes, RibConfig config, UpdateWriter w) {
        this.key = key;
        this.prefixes = prefixes;
        this.attributes = attributes;
        writer = w;
        policy = key.policy();
        isTransparent = policy.isTransparent();
        external = key.kind() == PeerKind.EBGP;
        var nobody = new PolicyContext(config.localAs(), Prefix.v4(0, 0).address(), config.localAs());
        context = key.neighbor() == null ? nobody : key.neighbor();
    }

    /**
     * What the members are told of the column's path: an attribute id, or {@link AttributeTable#NONE}. The caller holds no reference to it.
     * {@link #origin} then says where it is from and how it is to be sent.
     */
    int export(PathColumn column, int prefix) {
        int attribute = column.usable(prefix);
        if (attribute != last || column.in.peer != lastSource) {
            load(attribute, column.in.peer);
        }
        if (forbidden || isTransparent) {
            return lastResult;
        }
        long matched = policy.decide(
                candidates, prefixes.family(), prefixes.high(prefix), prefixes.low(prefix), prefixes.length(prefix));
        if (!isDecided || matched != lastMatched) {
            isDecided = true;
            lastMatched = matched;
            lastResult = policy.accepts(matched) ? rewritten(attribute, matched) : AttributeTable.NONE;
        }
        return lastResult;
    }

    /** Of the route that {@link #export} gave; see {@link AdjRibOut#origin}. */
    int origin() {
        return lastResult == AttributeTable.NONE ? 0 : lastOrigin;
    }

    /** Sets of attributes that were not sent because no message can carry them (RFC 4271 section 9.2). */
    long tooLarge() {
        return tooLarge;
    }

    void addMember(InetAddress member) {
        members.add(member);
        hopSource = null;
    }

    void removeMember(InetAddress member) {
        members.remove(member);
        hopSource = null;
    }

    /** Lets go of what was remembered of the last attributes. */
    void forget() {
        attributes.release(last);
        last = AttributeTable.NONE;
        lastSource = null;
    }

    /** Lets go of everything that was remembered. */
    void clear() {
        forget();
        if (memo != null) {
            memo.clear();
        }
    }

    private void load(int attribute, Peer source) {
        attributes.retain(attribute);
        attributes.release(last);
        last = attribute;
        lastSource = source;
        isDecided = false;
        lastResult = AttributeTable.NONE;
        forbidden = attribute == AttributeTable.NONE || isForbidden(attribute, source);
        if (forbidden) {
            return;
        }
        if (isTransparent) {
            lastResult = sendable(attribute, 0, ExportEdits.NONE);
        } else {
            candidates = policy.attributeMatches(
                    view,
                    attributes.octets(attribute),
                    attributes.offset(attribute),
                    attributes.length(attribute),
                    context);
        }
    }

    /** Whether rules before the policy keep the route from the members. */
    boolean isForbidden(int attribute, Peer source) {
        if (external) {
            return attributes.any(attribute, BlockFacts.NO_EXPORT | BlockFacts.NO_ADVERTISE)
                    || (attributes.any(attribute, BlockFacts.OTC) && goesUp(key.role()));
        }
        boolean internalBoth = source.identity.kind() == PeerKind.IBGP;
        return attributes.any(attribute, BlockFacts.NO_ADVERTISE)
                || (internalBoth && !key.reflectorClient() && !source.isReflectorClient);
    }

    /** Whether the members are providers, peers or route servers to us (RFC 9234 section 5, egress 2). */
    private static boolean goesUp(@Nullable Role role) {
        return role == Role.CUSTOMER || role == Role.PEER || role == Role.ROUTE_SERVER_CLIENT;
    }

    private int rewritten(int attribute, long matched) {
        if (!policy.changes(matched)) {
            return sendable(attribute, 0, ExportEdits.NONE);
        }
        int edit = writer.edits.number(matched, attributes.length(attribute));
        if (edit != ExportEdits.NONE) {
            return sendable(attribute, matched, edit);
        }
        int result = interned(attribute, matched);
        return result == AttributeTable.NONE ? AttributeTable.NONE : sendable(result, matched, ExportEdits.NONE);
    }

    /** The attributes after what the terms set, or {@link AttributeTable#NONE} when they are too many octets. */
    private int interned(int attribute, long matched) {
        var rewrites = memo;
        if (rewrites == null) {
            rewrites = new RewriteMemo(attributes, writer.edits.editor());
            memo = rewrites;
        }
        int known = rewrites.get(attribute, matched);
        if (known == AttributeTable.NONE) {
            var editor = rewrites.editor;
            boolean isDone = editor.edit(
                    matched, attributes.octets(attribute), attributes.offset(attribute), attributes.length(attribute));
            if (!isDone || editor.length() > ImportRule.LONGEST) {
                tooLarge++;
                return AttributeTable.NONE;
            }
            known = rewrites.put(attribute, matched, editor.octets(), 0, editor.length());
        }
        return known;
    }

    /** The attributes that policy made of those of the route, or will by the edit, when they can be sent, and how. */
    private int sendable(int result, long matched, int edit) {
        var source = lastSource;
        boolean isOwn = source == null || source.isLocal();
        int origin = AdjRibOut.withEdit(source == null ? Peer.LOCAL_INDEX : source.index, edit);
        if (isOwn || (matched != 0 && policy.changes(matched, AttributeType.MULTI_EXIT_DISC))) {
            origin |= AdjRibOut.KEEPS_MED;
        }
        if (isOwn || (matched != 0 && policy.changes(matched, AttributeType.EXTENDED_COMMUNITIES))) {
            origin |= AdjRibOut.KEEPS_COMMUNITIES;
        }
        boolean setByPolicy = matched != 0 && policy.changes(matched, AttributeType.NEXT_HOP);
        var address = attributes.nextHops().address(attributes.nextHop(result));
        if (setByPolicy ? isSelf(address, isOwn, true, source) : isSelf(address, isOwn, source)) {
            if (key.nextHop() == null) {
                return AttributeTable.NONE;
            }
            origin |= AdjRibOut.SELF;
        }
        lastOrigin = origin;
        if (!writer.fits(result, origin)) {
            tooLarge++;
            return AttributeTable.NONE;
        }
        return result;
    }

    @SuppressWarnings("ReferenceEquality") // an equal address that is another object is only looked at again
    private boolean isSelf(@Nullable InetAddress address, boolean isOwn, @Nullable Peer source) {
        if (address != hop || source != hopSource || source == null) {
            hop = address;
            hopSource = source;
            hopIsSelf = isSelf(address, isOwn, false, source);
        }
        return hopIsSelf;
    }

    /**
     * Whether the members are told us as next hop, and not the one the route has. No member is told its own address of a route that
     * we originate or send to another AS. Within the AS a route that is not ours keeps its next hop, a member's address too (RFC 4271
     * section 5.1.3): the owner ignores it (section 6.3 a), while with us as next hop its packets would come back to it.
     */
    private boolean isSelf(@Nullable InetAddress address, boolean isOwn, boolean setByPolicy, @Nullable Peer source) {
        if (address == null || NextHop.isMartian(address)) {
            return true;
        }
        boolean wide = address.getAddress().length == 16;
        boolean fitsFamily = wide == (key.family() == AddressFamily.IPV6_UNICAST) || (wide && key.extendedNextHop());
        if (!fitsFamily) {
            return true;
        }
        if (setByPolicy || isOwn) {
            return members.contains(address);
        }
        if (external) {
            boolean thirdParty = !key.nextHopSelf()
                    && key.sharedSubnet() != null
                    && key.sharedSubnet().contains(Prefix.host(address));
            return !thirdParty || members.contains(address);
        }
        return key.nextHopSelf() && source != null && source.identity.kind() == PeerKind.EBGP;
    }
}
