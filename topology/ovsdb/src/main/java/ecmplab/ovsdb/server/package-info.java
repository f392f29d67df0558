/**
 * The embedded OVSDB server: RFC 7047 with the extensions of ovsdb-server(7) that clients count on (conditional monitors, monitors
 * that resume, the {@code _Server} database). Connections belong to I/O threads; databases, monitors, locks and held transactions
 * to one database thread, which alone may wait for the disk.
 */
@NullMarked
package ecmplab.ovsdb.server;

import org.jspecify.annotations.NullMarked;
