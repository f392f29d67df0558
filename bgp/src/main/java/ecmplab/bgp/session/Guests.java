package ecmplab.bgp.session;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Decides about peers that connect from a range of addresses and that nobody configured. On the event loop; may not block. */
public interface Guests {
    /**
     * Makes the neighbour with {@link SessionServer#add}, passive, and starts it. Its configuration has no password: the range has it.
     *
     * @param peer with its interface as scope where it is link-local
     * @return null to refuse the peer
     */
    @Nullable
    Neighbor admit(InetAddress peer);

    /**
     * The guest's last connection is gone, and the server has forgotten the guest. One that was stopped, held down or backs off after
     * an error is kept until that is over.
     */
    void left(Neighbor guest);
}
