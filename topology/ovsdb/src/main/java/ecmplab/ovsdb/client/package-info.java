/**
 * The OVSDB client: a connection that comes back by itself, transactions, and replicas of tables that follow the server
 * ({@code monitor_cond_since} of ovsdb-server(7)). A client and its replicas belong to its event loop.
 */
@NullMarked
package ecmplab.ovsdb.client;

import org.jspecify.annotations.NullMarked;
