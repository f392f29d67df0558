package ecmplab.bgp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ecmplab.bgp.attribute.PathAttribute.Communities;
import ecmplab.bgp.rib.RibScan;
import ecmplab.bgp.rib.RouteFilter;
import ecmplab.bgp.rib.RouteView;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Asn;
import ecmplab.bgp.wire.Prefix;
import ecmplab.bgp.wire.RouterId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class OrderedRoutesTest {
    private static final AddressFamily V4 = AddressFamily.IPV4_UNICAST;

    @Test
    void aTableLargerThanOneScanIsInOrderFromEndToEnd() {
        try (var speaker = speaker()) {
            var random = new Random(4);
            var all = new TreeSet<Prefix>();
            while (all.size() < RibScan.MOST + 5_000) {
                all.add(Prefix.v4(random.nextInt() & 0x3FFF_FF00, 17 + random.nextInt(8)));
            }
            var shuffled = new ArrayList<>(all);
            java.util.Collections.shuffle(shuffled, random);
            shuffled.forEach(prefix -> speaker.announce(prefix));
            assertEquals(new ArrayList<>(all), read(speaker.ordered(V4, RouteFilter.ALL), Long.MAX_VALUE));

            var some = Prefix.parse("32.0.0.0/4");
            assertEquals(
                    all.stream().filter(some::contains).toList(),
                    read(speaker.ordered(V4, RouteFilter.within(some)), Long.MAX_VALUE));
            assertEquals(
                    all.stream().limit(1_000).toList(),
                    read(speaker.ordered(V4, RouteFilter.ALL), 100).subList(0, 1_000),
                    "who asks for few at first may go on");
        }
    }

    @Test
    void aFilterByAttributesAsksEachPath() {
        try (var speaker = speaker()) {
            for (int i = 0; i < 5_000; i++) {
                speaker.announce(Prefix.v4(i << 8, 24), i % 1_000 == 7 ? 0xFDE9_0001 : i);
            }
            var found = speaker.ordered(
                    V4,
                    RouteFilter.having(attributes -> attributes.find(Communities.class).stream()
                            .anyMatch(communities -> communities.values().contains(0xFDE9_0001))));
            assertEquals(
                    List.of("0.0.7.0/24", "0.3.239.0/24", "0.7.215.0/24", "0.11.191.0/24", "0.15.167.0/24"),
                    read(found, Long.MAX_VALUE).stream().map(Prefix::toString).toList());
        }
    }

    @Test
    void whatGoesWhileATableIsReadIsPassedOver() {
        try (var speaker = speaker()) {
            for (int i = 0; i < 1_000; i++) {
                speaker.announce(Prefix.v4(i << 8, 24));
            }
            var routes = speaker.ordered(V4, RouteFilter.ALL);
            assertEquals(100, routes.next(100, Long.MAX_VALUE).size());
            for (int i = 50; i < 900; i++) {
                speaker.withdraw(Prefix.v4(i << 8, 24));
            }
            assertEquals(
                    Prefix.v4(900 << 8, 24),
                    routes.next(100, Long.MAX_VALUE).getFirst().prefix());
            assertEquals(0, routes.next(100, Long.MAX_VALUE).size());
        }
    }

    private static List<Prefix> read(OrderedRoutes<RouteView> routes, long likely) {
        var prefixes = new ArrayList<Prefix>();
        for (var page = routes.next(500, likely); !page.isEmpty(); page = routes.next(500, likely)) {
            page.forEach(route -> prefixes.add(route.prefix()));
        }
        return prefixes;
    }

    private static Speaker speaker() {
        var config = SpeakerConfig.of(Asn.of(65000), RouterId.parse("10.0.0.1"));
        return Speaker.start(config, RouteListener.NONE, event -> {});
    }
}
