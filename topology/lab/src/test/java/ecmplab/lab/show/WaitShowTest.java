package ecmplab.lab.show;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.wire.Prefix;
import ecmplab.lab.control.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaitShowTest {
    private static final Prefix VIP = Prefix.parse("203.0.113.10/32");

    private final TwoSpeakers speakers = new TwoSpeakers();

    @AfterEach
    void close() {
        speakers.close();
    }

    @Test
    void waitsUntilASessionIsThereItsTableCompleteAndARouteComesAndGoes() {
        var down = speakers.ask("wait established --timeout 1ms");
        assertEquals(Answer.FALSE, down.code());
        assertTrue(down.asText().startsWith("not established: 127.0.7.2 is "), down.asText());
        var mux = speakers.mux();
        assertEquals("established\n", speakers.text("wait established 127.0.7.2 --timeout 20s"));
        assertEquals("End-of-RIB received\n", speakers.text("wait eor --timeout 20s"));
        assertEquals("no route to 203.0.113.10/32\n", speakers.text("wait route 203.0.113.10/32 --timeout 1ms"));
        mux.announce(VIP);
        assertEquals(
                "203.0.113.10/32 by 1 next hops\n",
                speakers.text("wait route 203.0.113.10/32 --nexthops 1 --timeout 20s"));
        assertEquals(
                Answer.FALSE,
                speakers.ask("wait route 203.0.113.10/32 --nexthops 2 --timeout 1ms")
                        .code());
        assertEquals(
                Answer.FALSE,
                speakers.ask("wait no-route 203.0.113.10/32 --timeout 1ms").code());
        mux.withdraw(VIP);
        assertEquals("no route to 203.0.113.10/32\n", speakers.text("wait no-route 203.0.113.10/32 --timeout 20s"));
    }

    @Test
    void whatCannotBeIsNotWaitedFor() {
        assertEquals(Answer.NO_SUCH, speakers.ask("wait established 127.0.7.9").code());
        assertEquals(Answer.USAGE, speakers.ask("wait route nonsense").code());
        assertEquals(
                Answer.USAGE, speakers.ask("wait established --timeout soon").code());
    }
}
