package ecmplab.lab.file;

import ecmplab.bgp.wire.Asn;
import java.util.Optional;

/** A neighbour's AS number, or empty for our own ({@code internal}). */
record RemoteAs(Optional<Asn> number) {
    static final Scalar<RemoteAs> SCALAR = new Scalar<>(
            "an AS number, 1 to 4294967295, or 'internal'",
            new Scalar.Form.Matching("^([0-9]+|internal)$"),
            text -> new RemoteAs(
                    text.equals("internal")
                            ? Optional.empty()
                            : Optional.of(Scalar.AS.parse().apply(text))));
}
