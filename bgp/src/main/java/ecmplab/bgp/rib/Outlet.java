package ecmplab.bgp.rib;

import io.netty.buffer.ByteBuf;

/** Where UPDATEs for one peer go. Called on the RIB thread; must not block. */
public interface Outlet {
    /** Whether {@link #send} takes a buffer now. Once false, {@link Rib#pass} is to be called when it is true again. */
    boolean isWritable();

    /**
     * Sends whole messages; takes the buffer over in every case.
     *
     * @return false when nothing of it was or will be sent
     */
    boolean send(ByteBuf messages);
}
