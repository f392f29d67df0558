/**
 * JSON-RPC 1.0 as OVSDB uses it (RFC 7047 section 4): messages, their framing on a byte stream, and where a peer is reached (TCP,
 * TLS, Unix domain sockets).
 */
@NullMarked
package ecmplab.ovsdb.rpc;

import org.jspecify.annotations.NullMarked;
