package ecmplab.bgp.attribute;

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
 * @param withdrawn in order, also what RFC 7606 makes withdrawals of
 * @param endOfRib families whose first table is complete
 * @param fault the strongest, or null
 */
public record Update(
        List<Prefix> withdrawn,
        List<Announcement> announced,
        Set<AddressFamily> endOfRib,
        @Nullable MalformedUpdate fault) {
    public Update {
        withdrawn = List.copyOf(withdrawn);
        announced = List.copyOf(announced);
        endOfRib = Set.copyOf(endOfRib);
    }

    /** Routes with the same attributes. */
    public record Announcement(PathAttributes attributes, List<Prefix> prefixes) {
        public Announcement {
            prefixes = List.copyOf(prefixes);
        }
    }

    /** Decodes one whole message, header included. */
    public static Update decode(UpdateDecoder decoder, byte[] message) {
        var recorder = new Recorder();
        var fault = decoder.decode(message, 0, message.length, recorder);
        return new Update(recorder.withdrawn, recorder.announcements(), recorder.endOfRib, fault);
    }

    private static final class Recorder implements UpdateDecoder.Sink {
        private final List<Prefix> withdrawn = new ArrayList<>();
        private final List<PathAttributes> attributes = new ArrayList<>();
        private final List<List<Prefix>> prefixes = new ArrayList<>();
        private final Set<AddressFamily> endOfRib = EnumSet.noneOf(AddressFamily.class);

        @Override
        public void attributes(byte[] octets, int from, int length) {
            attributes.add(PathAttributes.parse(Arrays.copyOfRange(octets, from, from + length)));
            prefixes.add(new ArrayList<>());
        }

        @Override
        public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
            prefixes.getLast().add(new Prefix(family, high, low, prefixLength));
        }

        @Override
        public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
            withdrawn.add(new Prefix(family, high, low, prefixLength));
        }

        @Override
        public void endOfRib(AddressFamily family) {
            endOfRib.add(family);
        }

        List<Announcement> announcements() {
            var announcements = new ArrayList<Announcement>();
            for (int i = 0; i < attributes.size(); i++) {
                announcements.add(new Announcement(attributes.get(i), prefixes.get(i)));
            }
            return announcements;
        }
    }
}
