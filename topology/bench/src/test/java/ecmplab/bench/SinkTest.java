package ecmplab.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SinkTest {
    private static final int PREFIXES = 5000;

    private final SplittableRandom random = new SplittableRandom(7);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theTableIsRightWhenEveryPrefixHasTheBestPathAndEmptyAfterItsWithdrawal(boolean v6) {
        var tables = tables(v6);
        var sink = sink(tables);
        tables.expect(sink, 1);
        play(sink, tables.feeds().get(0).table());
        assertEquals(PREFIXES, sink.missing());
        play(sink, tables.feeds().get(1).table());
        assertTrue(sink.isRight());
        sink.expectNothing();
        assertFalse(sink.isRight());
        play(sink, tables.feeds().get(1).withdrawal());
        assertTrue(sink.isRight());
        assertEquals(3 * PREFIXES, sink.routes());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPrefixChangesAlone(boolean v6) {
        var tables = tables(v6);
        var sink = sink(tables);
        var feed = tables.feeds().get(1);
        tables.expect(sink, 1);
        play(sink, feed.table());
        var change = ByteBuffer.allocate(200);
        var path = feed.change(change, 17);
        sink.expect(tables.prefixes().keys()[17], tables.right(17, path));
        assertEquals(1, sink.missing());
        play(sink, change.flip());
        assertTrue(sink.isRight());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPrefixThatNobodyAnnouncedIsNeverRight(boolean v6) {
        var sink = sink(tables(v6));
        play(sink, tables(v6).feeds().getFirst().table());
        sink.expectNothing();
        assertFalse(sink.isRight());
    }

    @Test
    void aPathThatPoliciesDidNotTouchIsWrongWhereTheyShould() {
        var tables = tables(false);
        var sink = new Sink(tables.prefixes(), Layout.SPEAKER_AS, true);
        play(sink, tables.feeds().getFirst().table());
        assertTrue(sink.wrong() > 0);
    }

    private Tables tables(boolean v6) {
        var everything = new UserPolicy(false);
        return Tables.of(PrefixSet.random(v6, PREFIXES, random), Layout.of(v6, 2, 1), everything, random);
    }

    private static Sink sink(Tables tables) {
        return new Sink(tables.prefixes(), Layout.SPEAKER_AS, false);
    }

    /** Plays the messages as the speaker would pass them on: with its own AS in front of each path. */
    private static void play(Sink sink, ByteBuffer messages) {
        while (messages.hasRemaining()) {
            int start = messages.position();
            int length = messages.getShort(start + 16) & 0xFFFF;
            var octets = new byte[length];
            messages.get(octets);
            var passedOn = Prepended.message(octets);
            sink.update(passedOn, 0, passedOn.length);
        }
    }
}
