package ecmplab.router.forward;

import ecmplab.router.fib.FibEntry;
import java.util.List;

/** Another place that is to forward as the FIB says, such as the kernel. Told on the control thread; must not block. */
@FunctionalInterface
public interface RouteMirror {
    RouteMirror NONE = (changes, table) -> {};

    /**
     * @param changes prefixes whose group changed, each at most once; empty when only members of groups did
     * @param table what is in force now
     */
    void changed(List<FibEntry> changes, ForwardingTable table);
}
