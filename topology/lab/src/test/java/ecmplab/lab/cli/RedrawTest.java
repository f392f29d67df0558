package ecmplab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RedrawTest {
    @Test
    void wordsThatChangedStandInReverseVideo() {
        assertEquals("10.0.0.1  \u001b[7m13\u001b[0m  up", Redraw.marked("10.0.0.1  12  up", "10.0.0.1  13  up"));
        assertEquals("same", Redraw.marked("same", "same"));
        assertEquals("\u001b[7mnew\u001b[0m", Redraw.marked("", "new"));
        assertEquals("\u001b[7m12\u001b[0m", Redraw.marked("123", "12"));
    }

    @Test
    void theFirstFrameMarksNothingAndEveryLineIsClearedToItsEnd() {
        var redraw = new Redraw(24);
        var first = redraw.frame("title", "a 1\nb 2\n");
        assertTrue(first.startsWith("\u001b[H\u001b[Jtitle\u001b[K\n"), first);
        assertTrue(!first.contains("\u001b[7m"), first);
        assertTrue(redraw.frame("title", "a 1\nb 3\n").contains("b \u001b[7m3\u001b[0m\u001b[K\n\u001b[J"));
    }

    @Test
    void whatDoesNotFitIsCounted() {
        assertTrue(new Redraw(5).frame("title", "1\n2\n3\n4\n").contains("2\u001b[K\n... 2 more lines"));
    }

    @Test
    void withoutATerminalOnlyChangesArePrinted() {
        var redraw = new Redraw(24);
        assertEquals("t1\nup\n", redraw.appended("t1", "up\n"));
        assertEquals("", redraw.appended("t2", "up\n"));
        assertEquals("t3\ndown\n", redraw.appended("t3", "down\n"));
    }
}
