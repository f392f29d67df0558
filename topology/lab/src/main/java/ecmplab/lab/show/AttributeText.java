package ecmplab.lab.show;

import ecmplab.bgp.attribute.AsPath;
import ecmplab.bgp.attribute.PathAttribute;
import ecmplab.bgp.attribute.PathAttributes;
import ecmplab.packet.AddressText;

/** The attributes of a route that a table has columns for. */
record AttributeText(String nextHop, String metric, String localPref, String path, String origin) {
    static AttributeText of(PathAttributes attributes) {
        return new AttributeText(
                attributes
                        .find(PathAttribute.NextHop.class)
                        .map(nextHop -> AddressText.of(nextHop.address()))
                        .orElse("0.0.0.0"),
                attributes
                        .find(PathAttribute.MultiExitDisc.class)
                        .map(med -> String.valueOf(med.value()))
                        .orElse(""),
                attributes
                        .find(PathAttribute.LocalPref.class)
                        .map(preference -> String.valueOf(preference.value()))
                        .orElse(""),
                (attributes.find(AsPath.class).map(AsPath::toString).orElse("") + " " + origin(attributes)).strip(),
                origin(attributes));
    }

    private static String origin(PathAttributes attributes) {
        return attributes
                .find(PathAttribute.Origin.class)
                .map(kind -> switch (kind) {
                    case IGP -> "i";
                    case EGP -> "e";
                    case INCOMPLETE -> "?";
                })
                .orElse("?");
    }
}
