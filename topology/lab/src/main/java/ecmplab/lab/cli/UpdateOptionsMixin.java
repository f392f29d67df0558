package ecmplab.lab.cli;

import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Framing;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Option;

/** The options that say how messages read when no OPEN is there to tell. */
final class UpdateOptionsMixin {
    @Option(
            names = "--as-size",
            paramLabel = "2|4",
            description = "Octets of AS numbers (default: ${DEFAULT-VALUE}).",
            defaultValue = "4")
    private int asSize = 4;

    @Option(names = "--add-path", description = "Prefixes have path identifiers, in both families.")
    private boolean addPath;

    @Option(
            names = "--add-path-family",
            paramLabel = "ipv4|ipv6",
            description = "Prefixes have path identifiers, in this family.")
    private String addPathFamily = "";

    @Option(
            names = {"--extended-messages", "--extended"},
            description = "Messages may have 65535 octets.")
    private boolean extendedMessages;

    @Option(names = "--extended-next-hop", description = "IPv4 routes may have IPv6 next hops.")
    private boolean extendedNextHop;

    @Option(
            names = {"--peer-type", "--peer"},
            paramLabel = "ebgp|ibgp",
            description = "Where the messages come from (default: ${DEFAULT-VALUE}).",
            defaultValue = "ebgp")
    private String peerType = "ebgp";

    UpdateOptions options() {
        if (asSize != 2 && asSize != 4) {
            throw new Failure(Exit.USAGE, "--as-size " + asSize + ": must be 2 or 4");
        }
        boolean ebgp = switch (peerType.toLowerCase(Locale.ROOT)) {
            case "ebgp" -> true;
            case "ibgp" -> false;
            default -> throw new Failure(Exit.USAGE, "--peer-type " + peerType + ": must be ebgp or ibgp");
        };
        return UpdateOptions.of(ebgp, asSize == 4, EnumSet.allOf(AddressFamily.class))
                .withMaxMessageSize(extendedMessages ? Framing.EXTENDED_MESSAGE : Framing.STANDARD_MESSAGE)
                .withExtendedNextHop(extendedNextHop ? Set.of(AddressFamily.IPV4_UNICAST) : Set.of())
                .withAddPath(addPathFamilies());
    }

    private Set<AddressFamily> addPathFamilies() {
        if (addPath) {
            return EnumSet.allOf(AddressFamily.class);
        }
        return switch (addPathFamily.toLowerCase(Locale.ROOT)) {
            case "" -> Set.of();
            case "ipv4" -> Set.of(AddressFamily.IPV4_UNICAST);
            case "ipv6" -> Set.of(AddressFamily.IPV6_UNICAST);
            default -> throw new Failure(Exit.USAGE, "--add-path-family " + addPathFamily + ": must be ipv4 or ipv6");
        };
    }
}
