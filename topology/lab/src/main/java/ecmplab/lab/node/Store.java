package ecmplab.lab.node;

import ecmplab.ovsdb.rpc.OvsdbAddress;
import java.io.IOException;

/** An OVSDB server that keeps the {@code slb} database in the lab's state directory and serves the agents over TLS. */
interface Store extends AutoCloseable {
    /** Where this node's own SLB manager reaches it. */
    OvsdbAddress address();

    @Override
    void close() throws IOException;
}
