package ecmplab.bgp.attribute;

import ecmplab.bgp.attribute.MalformedUpdate.Cost;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an UPDATE says, as records: for tools and tests.
 *
 * @param withdrawnRoutes in order, also what RFC 7606 makes withdrawals of
 * @param endOfRib families whose first table is complete
 * @param faults in the order they were found
 */
public record Update(
        List<Route> withdrawnRoutes,
        List<Announcement> announced,
        Set<AddressFamily> endOfRib,
        List<MalformedUpdate> faults) {
    public Update {
        withdrawnRoutes = List.copyOf(withdrawnRoutes);
        announced = List.copyOf(announced);
        endOfRib = Set.copyOf(endOfRib);
        faults = List.copyOf(faults);
    }

    /** @param pathId 0 without add-path (RFC 7911) */
    public record Route(Prefix prefix, int pathId) {}

    /** Routes with the same attributes. */
    public record Announcement(PathAttributes attributes, List<Route> routes) {
        public Announcement {
            routes = List.copyOf(routes);
        }

        public List<Prefix> prefixes() {
            return routes.stream().map(Route::prefix).toList();
        }
    }

    public List<Prefix> withdrawn() {
        return withdrawnRoutes.stream().map(Route::prefix).toList();
    }

    /** The strongest, of which the first; or null. */
    public @Nullable MalformedUpdate fault() {
        MalformedUpdate strongest = null;
        for (var fault : faults) {
            if (strongest == null || fault.cost().compareTo(strongest.cost()) > 0) {
                strongest = fault;
            }
        }
        return strongest;
    }

    public boolean costs(Cost cost) {
        var fault = fault();
        return fault != null && fault.cost() == cost;
    }

    /** Decodes one whole message, header included. */
    public static Update decode(UpdateDecoder decoder, byte[] message) {
        var recorder = new Recorder();
        var faults = new ArrayList<MalformedUpdate>();
        decoder.decode(message, 0, message.length, recorder, faults);
        return new Update(recorder.withdrawn, recorder.announcements(), recorder.endOfRib, faults);
    }

    private static final class Recorder implements UpdateDecoder.Sink {
        private final List<Route> withdrawn = new ArrayList<>();
        private final List<PathAttributes> attributes = new ArrayList<>();
        private final List<List<Route>> routes = new ArrayList<>();
        private final Set<AddressFamily> endOfRib = EnumSet.noneOf(AddressFamily.class);

        @Override
        public void attributes(byte[] octets, int from, int length) {
            attributes.add(PathAttributes.parse(Arrays.copyOfRange(octets, from, from + length)));
            routes.add(new ArrayList<>());
        }

        @Override
        public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
            routes.getLast().add(new Route(new Prefix(family, high, low, prefixLength), pathId));
        }

        @Override
        public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
            withdrawn.add(new Route(new Prefix(family, high, low, prefixLength), pathId));
        }

        @Override
        public void endOfRib(AddressFamily family) {
            endOfRib.add(family);
        }

        List<Announcement> announcements() {
            var announcements = new ArrayList<Announcement>();
            for (int i = 0; i < attributes.size(); i++) {
                announcements.add(new Announcement(attributes.get(i), routes.get(i)));
            }
            return announcements;
        }
    }
}
