package ecmplab.bgp.bfd;

/** Told when a session changes its state, on the BFD thread, which sends nothing meanwhile: must not block. */
@FunctionalInterface
public interface BfdListener {
    void changed(BfdSession session, BfdEvent event);
}
