package ecmplab.bgp.speaker;

import ecmplab.bgp.wire.Prefix;
import java.net.InetAddress;
import java.util.Objects;

/**
 * Neighbours that need not be known beforehand: whoever connects from the prefix is one as long as its session lasts.
 *
 * @param limit of such neighbours at once; further ones are refused
 * @param template what is configured for each of them, its address being the first of the prefix
 */
public record ListenRange(Prefix prefix, int limit, NeighborConfig template) {
    public ListenRange {
        if (limit < 1 || limit > 65_536) {
            throw new IllegalArgumentException("limit of " + limit + " neighbours: must be 1 to 65536");
        }
        if (!template.address().equals(prefix.address())) {
            throw new IllegalArgumentException("template for "
                    + template.address().getHostAddress() + ": must be for the first address of " + prefix);
        }
    }

    boolean hasPasswordOf(ListenRange other) {
        return Objects.equals(
                template.session().transport().md5Password(),
                other.template.session().transport().md5Password());
    }

    /** What is configured for the neighbour at the address; a password is the range's. */
    public NeighborConfig at(InetAddress address) {
        var there = template.at(address);
        return there.withSession(there.session().withMd5Password(null));
    }
}
