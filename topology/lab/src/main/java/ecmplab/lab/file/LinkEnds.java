package ecmplab.lab.file;

import java.util.regex.Pattern;

/** The two ends of a link as a person writes them: {@code edge:eth1 -- mux1:eth0}. */
record LinkEnds(String nodeA, String deviceA, String nodeB, String deviceB) {
    private static final String END = "([a-z][a-z0-9-]{0,14}):([a-z][a-z0-9._-]{0,14})";
    private static final Pattern FORM = Pattern.compile(END + " *-- *" + END);

    static final Scalar<LinkEnds> SCALAR = new Scalar<>(
            "a link such as 'edge:eth1 -- mux1:eth0'",
            new Scalar.Form.Matching("^" + FORM.pattern() + "$"),
            LinkEnds::parse);

    private static LinkEnds parse(String text) {
        var match = FORM.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException("'" + text + "': must be a link such as 'edge:eth1 -- mux1:eth0'");
        }
        return new LinkEnds(match.group(1), match.group(2), match.group(3), match.group(4));
    }
}
