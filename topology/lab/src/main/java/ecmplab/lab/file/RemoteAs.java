package ecmplab.lab.file;

import ecmplab.bgp.session.SessionConfig;
import ecmplab.bgp.wire.Asn;

/** A neighbour's AS: a number, {@code internal} for our own, {@code external} for any other. */
sealed interface RemoteAs {
    Scalar<RemoteAs> SCALAR = new Scalar<>(
            "an AS number, 1 to 4294967295, 'internal' or 'external'",
            new Scalar.Form.Matching("^([0-9]+|internal|external)$"),
            RemoteAs::parse);

    record Exactly(Asn asn) implements RemoteAs {}

    record Internal() implements RemoteAs {}

    record External() implements RemoteAs {}

    /** As a session's configuration has it. */
    default Asn in(Asn own) {
        return switch (this) {
            case Exactly(var asn) -> asn;
            case Internal() -> own;
            case External() -> SessionConfig.ANY_OTHER_AS;
        };
    }

    private static RemoteAs parse(String text) {
        return switch (text) {
            case "internal" -> new Internal();
            case "external" -> new External();
            default -> new Exactly(Scalar.AS.parse().apply(text));
        };
    }
}
