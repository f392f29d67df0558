package ecmplab.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ImpairmentTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "off",
                "partition",
                "loss 5%",
                "loss 0.25% duplicate 1%",
                "delay 20ms jitter 500us reorder 10%",
                "loss 100% delay 10000ms rate 10mbit",
                "rate 512kbit"
            })
    void whatIsShownCanBeReadAgain(String text) {
        assertEquals(text, Impairment.parse(text).toString());
    }

    @Test
    void wordsComeInAnyOrder() {
        var read = Impairment.parse(" rate 1gbit  jitter 5ms delay 1s loss 2.5%");
        assertEquals(
                new Impairment(0.025, 0, 0, Duration.ofSeconds(1), Duration.ofMillis(5), 1_000_000_000, false), read);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            loss 101% ; must be 0% to 100%
            loss 5 ; expected a percentage
            loss ; expected a percentage
            delay 20 ; expected a time
            delay 11s ; must be 0 to
            jitter 5ms ; at most the delay
            reorder 5% ; needs a delay
            rate 5bit ; must be 1kbit
            rate fast ; expected a rate
            lose 5% ; expected off | partition
            off loss 5% ; expected off | partition
            """)
    void whatIsWrongIsSaid(String text, String says) {
        var wrong = assertThrows(IllegalArgumentException.class, () -> Impairment.parse(text));
        assertTrue(String.valueOf(wrong.getMessage()).contains(says), wrong.getMessage());
    }
}
