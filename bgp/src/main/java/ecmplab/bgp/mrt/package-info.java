/** Routing information recorded in files: messages and tables in the MRT format (RFC 6396, RFC 8050). Depends on the JDK and Netty buffers only. */
@NullMarked
package ecmplab.bgp.mrt;

import org.jspecify.annotations.NullMarked;
