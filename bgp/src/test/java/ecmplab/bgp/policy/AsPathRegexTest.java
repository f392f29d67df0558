package ecmplab.bgp.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.AsPath.Segment;
import ecmplab.bgp.attribute.AsPath.SegmentType;
import ecmplab.bgp.wire.Asn;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AsPathRegexTest {
    private static final AsPath PATH = AsPath.sequence(65001, 3320, 65010);

    @Test
    void anUnderscoreStandsForAnEndOrWhatIsBetweenNumbers() {
        assertTrue(matches("^65001_", PATH));
        assertTrue(matches("_65010$", PATH));
        assertTrue(matches("_3320_", PATH));
        assertFalse(matches("_332_", PATH));
        assertTrue(matches("332", PATH), "not anchored, as in a router");
        assertTrue(matches("^65001_3320_65010$", PATH));
        assertTrue(matches("^$", AsPath.EMPTY));
        assertFalse(matches("^$", PATH));
        assertTrue(matches(".*", AsPath.EMPTY));
    }

    @Test
    void setsAreSeenAsRoutersPrintThem() {
        var path = new AsPath(List.of(
                new Segment(SegmentType.AS_SEQUENCE, List.of(Asn.of(65001))),
                new Segment(SegmentType.AS_SET, List.of(Asn.of(65002), Asn.of(4_200_000_000L)))));
        assertTrue(matches("_65002_", path));
        assertTrue(matches("_4200000000_", path));
        assertTrue(matches("\\{.*\\}$", path));
        assertTrue(matches("{65002", path));
    }

    @Test
    void classesCountsAndAlternativesWork() {
        assertTrue(matches("^(6500[0-9] ?)+", PATH));
        assertTrue(matches("^[0-9]+( [0-9]+){2}$", PATH));
        assertFalse(matches("^[0-9]+( [0-9]+){3,}$", PATH));
        assertTrue(matches("_(3320|3356)_", PATH));
        assertFalse(matches("_(1299|3356)_", PATH));
        assertTrue(matches("^[^6]*6", PATH));
    }

    @Test
    void mistakesAreNamedWithTheirPlace() {
        for (var wrong : List.of("(65001", "65001)", "[0-9", "*1", "a\\", "1{3", "1{5,2}", "1{1,256}", "[9-0]", "ü")) {
            var refusal = assertThrows(IllegalArgumentException.class, () -> AsPathRegex.parse(wrong), wrong);
            assertTrue(refusal.toString().contains("'" + wrong + "'"), refusal.toString());
        }
        assertThrows(IllegalArgumentException.class, () -> AsPathRegex.parse("((1{255}){255}){255}"));
        assertThrows(IllegalArgumentException.class, () -> AsPathRegex.parse("(((){255}){255}){255}"));
        assertThrows(IllegalArgumentException.class, () -> AsPathRegex.parse("(".repeat(100) + ")".repeat(100)));
    }

    /** A backtracking matcher takes 2^n steps here. */
    @Test
    void noExpressionTakesMoreThanTextTimesExpression() {
        var regex = AsPathRegex.parse("^(1*)*(1|1)*(1*1*)*x$");
        var text = "1".repeat(2000).getBytes(StandardCharsets.US_ASCII);
        assertFalse(regex.matches(text, text.length));
    }

    @Test
    void itAgreesWithTheRegularExpressionsOfTheJdk() {
        var random = new Random(7);
        int matched = 0;
        for (int i = 0; i < 20_000; i++) {
            var source = expression(random, 3);
            var text = text(random);
            var octets = text.getBytes(StandardCharsets.US_ASCII);
            boolean expected = Pattern.compile(source.replace("_", "(?:^|$|[ ,{}()\\[\\]])"))
                    .matcher(text)
                    .find();
            assertEquals(expected, AsPathRegex.parse(source).matches(octets, octets.length), source + " on " + text);
            matched += expected ? 1 : 0;
        }
        assertTrue(matched > 2000 && matched < 18_000, "both answers occur: " + matched);
    }

    private static String text(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(random.nextInt(1, 4)).append(random.nextBoolean() ? " " : "");
        }
        return text.toString();
    }

    private static String expression(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 10)) {
            case 0, 1 -> Integer.toString(random.nextInt(1, 4));
            case 2 -> "_";
            case 3 -> random.nextBoolean() ? "[12]" : "[^1]";
            case 4 -> random.nextBoolean() ? "." : " ";
            case 5 ->
                "(" + expression(random, depth - 1) + ")"
                        + List.of("*", "+", "?", "{1,2}").get(random.nextInt(4));
            case 6 -> "(" + expression(random, depth - 1) + "|" + expression(random, depth - 1) + ")";
            case 7 -> "^" + expression(random, depth - 1);
            case 8 -> expression(random, depth - 1) + "$";
            default -> expression(random, depth - 1) + expression(random, depth - 1);
        };
    }

    private static boolean matches(String regex, AsPath path) {
        return AsPathRegex.parse(regex).matches(path);
    }
}
