package ecmplab.lab.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void numbersStandToTheRightAndLinesEndWithoutBlanks() {
        assertEquals(
                """
                node   packets  state
                mux1        12  up
                mux22    3,000
                """,
                TextTable.render(
                        List.of("node", "packets", "state"),
                        List.of(List.of("mux1", "12", "up"), List.of("mux22", "3,000", ""))));
    }
}
