package ecmplab.controller.slb;

import ecmplab.controller.southbound.AgentIdentity;
import ecmplab.controller.southbound.AgentIdentity.Kind;
import ecmplab.mux.table.Member;
import java.net.InetAddress;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which hosts are dead, of those that kept generations name. A host is given up after {@link SlbSettings#deadAfter} of silence, and is
 * back with its next heartbeat. A manager that takes over believes its predecessor until then.
 */
final class DeadHosts {
    private DeadHosts() {}

    static Set<InetAddress> of(SlbSettings settings, SlbState state, Vigil vigil, Instant now) {
        var dead = new HashSet<InetAddress>();
        for (var address : named(state)) {
            boolean before = state.deadHosts().contains(address);
            var hosts = hostsAt(state, address);
            // Whose address it was is forgotten with the last backend there.
            boolean still = hosts.isEmpty()
                    ? before
                    : hosts.stream().allMatch(host -> isDead(host, before, settings, vigil, now));
            if (still) {
                dead.add(address);
            }
        }
        return dead;
    }

    private static boolean isDead(AgentIdentity host, boolean before, SlbSettings settings, Vigil vigil, Instant now) {
        return before
                ? !vigil.beats(host, settings, now)
                : vigil.silence(host, now).compareTo(settings.deadAfter()) >= 0;
    }

    private static Set<InetAddress> named(SlbState state) {
        return state.endpoints().stream()
                .flatMap(endpoint -> endpoint.generations().stream())
                .flatMap(generation -> generation.table().members().stream())
                .map(Member::host)
                .collect(Collectors.toSet());
    }

    private static Set<AgentIdentity> hostsAt(SlbState state, InetAddress address) {
        return state.dips().stream()
                .map(SlbState.Dip::backend)
                .filter(backend -> backend.hostAddress().equals(address))
                .map(backend -> new AgentIdentity(Kind.HOST, backend.host()))
                .collect(Collectors.toSet());
    }
}
