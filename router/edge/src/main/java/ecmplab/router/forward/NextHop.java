package ecmplab.router.forward;

import ecmplab.packet.Ipv4;

/**
 * Where a packet goes next.
 *
 * @param link index of the interface it leaves by
 * @param address of the neighbour that takes it on; {@link #ON_LINK} when the destination itself is the neighbour
 */
public record NextHop(int link, int address) {
    public static final int ON_LINK = 0;

    public boolean onLink() {
        return address == ON_LINK;
    }

    @Override
    public String toString() {
        return onLink() ? "on link " + link : Ipv4.text(address) + " on link " + link;
    }
}
