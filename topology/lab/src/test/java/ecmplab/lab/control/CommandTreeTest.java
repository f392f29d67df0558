package ecmplab.lab.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class CommandTreeTest {
    private final CommandTree tree = new CommandTree()
            .on("bgp summary", values -> Answer.line("summary"))
            .on("bgp neighbors [ADDRESS] [routes|received-routes]", values -> Answer.line("neighbors " + values))
            .on("bgp ipv4 [unicast] [PREFIX]", values -> Answer.line("ipv4 " + values))
            .on("ip route [PREFIX]", values -> Answer.line("route " + values));

    @Test
    void aWordMayBeShortenedWhileItStaysUnique() {
        assertEquals("summary\n", said("b", "su"));
        assertEquals("ipv4 {PREFIX=203.0.113.10/32}\n", said("bgp", "ipv4", "u", "203.0.113.10/32"));
        assertEquals("ipv4 {PREFIX=203.0.113.10/32}\n", said("bgp", "ipv4", "203.0.113.10/32"));
    }

    @Test
    void aChosenWordIsHandedOverInFull() {
        assertEquals(
                "neighbors {ADDRESS=10.0.1.1, routes|received-routes=received-routes}\n",
                said("bgp", "neighbors", "10.0.1.1", "rec"));
        assertEquals("neighbors {routes|received-routes=routes}\n", said("bgp", "nei", "rou"));
    }

    @Test
    void anExactWordWinsOverALongerOne() {
        var ambiguous =
                new CommandTree().on("route", values -> Answer.line("one")).on("routes", values -> Answer.line("many"));
        assertEquals("one\n", ambiguous.answer(List.of("route")).asText());
    }

    @Test
    void whatIsAmbiguousUnknownOrUnfinishedIsAUsageAnswerThatSaysWhatIsPossible() {
        var ambiguous = tree.on("bgp nexthop", values -> Answer.line("")).answer(List.of("bgp", "ne"));
        assertEquals(Answer.USAGE, ambiguous.code());
        assertEquals("'ne' is ambiguous: neighbors, nexthop\n", ambiguous.asText());
        assertEquals("unknown word 'x' after 'ip': expected route\n", said("ip", "x"));
        assertEquals("unfinished command after 'ip': expected route\n", said("ip"));
        assertTrue(said("ip", "route", "a", "b").contains("nothing more is expected"));
    }

    @Test
    void aPatternIsTakenOnce() {
        assertThrows(IllegalArgumentException.class, () -> tree.on("bgp summary", values -> Answer.line("again")));
    }

    private String said(String... words) {
        return tree.answer(List.of(words)).asText();
    }
}
