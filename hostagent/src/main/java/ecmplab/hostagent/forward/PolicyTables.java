package ecmplab.hostagent.forward;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A whole policy as the forwarding thread reads it. Immutable; replaced by one volatile write. */
final class PolicyTables {
    static final PolicyTables EMPTY = new PolicyTables(List.of());

    private final List<EndpointTable> endpoints;
    private final LongTable<EndpointTable> byId;
    private final LongTable<Boolean> vips;
    private final LongTable<Backend> byDip;
    private final BitSet movedAway = new BitSet();

    PolicyTables(List<EndpointTable> endpoints) {
        this.endpoints = List.copyOf(endpoints);
        var ids = new HashMap<Long, EndpointTable>();
        var addresses = new HashMap<Long, Boolean>();
        var dips = new HashMap<Long, Backend>();
        for (var endpoint : endpoints) {
            ids.put(key(endpoint.vip(), endpoint.id().protocol(), endpoint.id().port()), endpoint);
            addresses.put(endpoint.vip() & 0xFFFF_FFFFL, true);
            for (int depth = endpoint.depth() - 1; depth >= 0; depth--) { // the newest has the last word
                for (var backend : endpoint.backends(depth)) {
                    dips.put(dipKey(backend.vni(), backend.dip()), backend);
                }
            }
        }
        byId = new LongTable<>(ids);
        vips = new LongTable<>(addresses);
        byDip = new LongTable<>(dips);
        for (var endpoint : endpoints) {
            movedAway.or(endpoint.left());
        }
    }

    /** Whether the newest that is known of one of this host's VMs is that it runs on another. */
    boolean movedAway(int vm) {
        return movedAway.get(vm);
    }

    List<EndpointTable> endpoints() {
        return endpoints;
    }

    /** The endpoint of a port, or the VIP's endpoint for all ports of the protocol, or null. */
    @Nullable
    EndpointTable endpoint(int vip, int protocol, int port) {
        var exact = byId.get(key(vip, protocol, port));
        return exact != null || port == 0 ? exact : byId.get(key(vip, protocol, 0));
    }

    boolean isVip(int address) {
        return vips.get(address & 0xFFFF_FFFFL) != null;
    }

    /** The VM with an address in a network, as far as endpoints' members tell, or null. */
    @Nullable
    Backend dip(int vni, int address) {
        return byDip.get(dipKey(vni, address));
    }

    private static long key(int vip, int protocol, int port) {
        return (vip & 0xFFFF_FFFFL) << 24 | (long) protocol << 16 | port;
    }

    private static long dipKey(int vni, int dip) {
        return (long) vni << 32 | (dip & 0xFFFF_FFFFL);
    }
}
