package ecmplab.lab.show;

import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.session.State;
import java.util.Locale;

/** Words that FRRouting's JSON has for states and origins. */
final class BgpJson {
    private BgpJson() {}

    /** {@code OPEN_SENT} to {@code OpenSent}, as RFC 4271 writes states. */
    static String state(State state) {
        var text = new StringBuilder();
        for (var word : state.name().split("_")) {
            text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }

    static String origin(PathAttribute.Origin origin) {
        return switch (origin) {
            case IGP -> "IGP";
            case EGP -> "EGP";
            case INCOMPLETE -> "incomplete";
        };
    }
}
