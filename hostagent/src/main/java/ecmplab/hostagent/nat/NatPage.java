package ecmplab.hostagent.nat;

import java.util.List;

/**
 * A part of the table. Flows come and go between two pages; one that lives all the while is on exactly one page.
 *
 * @param next where the next page starts, or {@link #END}
 */
public record NatPage(List<NatFlow> flows, int next) {
    public static final int START = 0;
    public static final int END = -1;

    public NatPage {
        flows = List.copyOf(flows);
    }
}
