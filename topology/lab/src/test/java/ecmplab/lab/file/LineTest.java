package ecmplab.lab.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ecmplab.lab.file.Line.Port;
import ecmplab.lab.file.LineImpairment.Direction;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class LineTest {
    private static final Line FIRST = new Line(new Port("edge", "eth1"), new Port("mux1", "eth0"));
    private static final Line SECOND = new Line(new Port("edge", "eth2"), new Port("mux1", "eth1"));
    private static final Line OTHER = new Line(new Port("client", "eth0"), new Port("edge", "eth0"));
    private static final List<Line> LINES = List.of(FIRST, SECOND, OTHER);

    @Test
    void aLineIsFoundByAPortOrByItsEndsAndSeenFromTheOneNamedFirst() {
        assertEquals(FIRST, Line.named("edge:eth1", LINES));
        assertEquals(FIRST.turned(), Line.named("mux1:eth0", LINES));
        assertEquals(OTHER.turned(), Line.named("edge--client", LINES));
        assertEquals(SECOND, Line.named("edge:eth2--mux1", LINES));
        assertEquals(SECOND.turned(), Line.named("mux1:eth1--edge:eth2", LINES));
        assertEquals(SECOND, Line.named(SECOND.toString(), LINES));
    }

    @Test
    void aNameOfNoLineOrOfTwoIsToldWithThoseThereAre() {
        assertEquals(
                "no line 'client': expected NODE:PORT or NODE--NODE; client has client:eth0--edge:eth0",
                message("client"));
        assertEquals("no line 'host1:eth0': expected NODE:PORT or NODE--NODE", message("host1:eth0"));
        assertEquals("'mux1--edge' may be mux1:eth0--edge:eth1, mux1:eth1--edge:eth2", message("mux1--edge"));
    }

    private static String message(String name) {
        return String.valueOf(assertThrows(NoSuchElementException.class, () -> Line.named(name, LINES))
                .getMessage());
    }

    @Test
    void anImpairmentIsOfBothDirectionsUnlessItSaysWhich() {
        assertEquals(Direction.BOTH, LineImpairment.parse("loss 5%").direction());
        assertEquals(Direction.IN, LineImpairment.parse("in partition").direction());
        assertEquals("out loss 5%", LineImpairment.parse(" out  loss 5%").toString());
        assertThrows(IllegalArgumentException.class, () -> LineImpairment.parse("in"));
    }
}
