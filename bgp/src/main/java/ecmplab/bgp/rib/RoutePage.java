package ecmplab.bgp.rib;

import java.util.List;

/**
 * Some of a table, in order of prefix within the page only.
 *
 * @param next where the next page begins, or {@link #END}; a page may be empty though it is not the last
 */
public record RoutePage<T>(List<T> routes, int next) {
    public static final int START = 0;
    public static final int END = -1;

    public RoutePage {
        routes = List.copyOf(routes);
    }
}
