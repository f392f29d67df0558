package ecmplab.lab.file;

import ecmplab.lab.file.Vip.Transport;
import java.util.Locale;

/** What of a VIP is served, as a person writes it: {@code tcp/80}. */
record EndpointKey(Transport transport, int port) {
    static final Scalar<EndpointKey> SCALAR = new Scalar<>(
            "an endpoint such as tcp/80 or udp/53",
            new Scalar.Form.Matching("^(tcp|udp)/[0-9]{1,5}$"),
            EndpointKey::parse);

    private static EndpointKey parse(String text) {
        if (!text.matches("(tcp|udp)/[0-9]{1,5}")) {
            throw new IllegalArgumentException("'" + text + "': must be an endpoint such as tcp/80 or udp/53");
        }
        return new EndpointKey(
                Transport.valueOf(text.substring(0, 3).toUpperCase(Locale.ROOT)),
                Scalar.PORT.parse().apply(text.substring(4)));
    }
}
