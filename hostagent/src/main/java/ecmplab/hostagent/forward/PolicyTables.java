package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A whole policy as the forwarding thread reads it. Immutable; replaced by one volatile write. */
final class PolicyTables {
    static final PolicyTables EMPTY = new PolicyTables(List.of());

    private final List<EndpointTable> endpoints;
    private final AddressTable<EndpointTable> byId;
    private final AddressTable<Boolean> vips;
    private final AddressTable<Backend> byDip;
    private final @Nullable Backend[] places;

    PolicyTables(List<EndpointTable> endpoints) {
        this.endpoints = List.copyOf(endpoints);
        var ids = new HashMap<AddressTable.Key, EndpointTable>();
        var addresses = new HashMap<AddressTable.Key, Boolean>();
        var dips = new HashMap<AddressTable.Key, Backend>();
        for (var endpoint : endpoints) {
            var id = endpoint.id();
            ids.put(AddressTable.Key.of(id.vip(), service(id.protocol(), id.port())), endpoint);
            addresses.put(AddressTable.Key.of(id.vip(), 0), true);
            for (int depth = endpoint.depth() - 1; depth >= 0; depth--) { // the newest has the last word
                for (var backend : endpoint.backends(depth)) {
                    dips.put(new AddressTable.Key(backend.dipHigh(), backend.dipLow(), backend.vni()), backend);
                }
            }
        }
        places = new Backend
                [endpoints.stream()
                        .mapToInt(endpoint -> endpoint.places().length)
                        .max()
                        .orElse(0)];
        for (var endpoint : endpoints) {
            for (int vm = 0; vm < endpoint.places().length; vm++) {
                places[vm] = places[vm] == null ? endpoint.places()[vm] : places[vm];
            }
        }
        byId = new AddressTable<>(ids);
        vips = new AddressTable<>(addresses);
        byDip = new AddressTable<>(dips);
    }

    /** Where one of this host's VMs is by the newest that is known, if that is another host, else null. */
    @Nullable
    Backend movedTo(int vm) {
        return vm < places.length ? places[vm] : null;
    }

    List<EndpointTable> endpoints() {
        return endpoints;
    }

    // Addresses are of either family, an IPv4 one as IPv4-mapped.

    /** The endpoint that a flow, client to VIP, belongs to: that of its port, or the VIP's for all ports of the protocol, or null. */
    @Nullable
    EndpointTable endpoint(FlowTuple flow) {
        return endpoint(flow.destinationHigh(), flow.destinationLow(), flow.protocol(), flow.destinationPort());
    }

    /** See {@link #endpoint(FlowTuple)}. */
    @Nullable
    EndpointTable endpoint(long vipHigh, long vipLow, int protocol, int port) {
        var exact = byId.get(vipHigh, vipLow, service(protocol, port));
        return exact != null || port == 0 ? exact : byId.get(vipHigh, vipLow, service(protocol, 0));
    }

    boolean isVip(long high, long low) {
        return vips.get(high, low, 0) != null;
    }

    /** The VM with an address in a network, as far as endpoints' members tell, or null. */
    @Nullable
    Backend dip(int vni, long high, long low) {
        return byDip.get(high, low, vni);
    }

    private static long service(int protocol, int port) {
        return (long) protocol << 16 | port;
    }
}
