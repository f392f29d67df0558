/** Values and messages of BGP-4 as they stand on the wire (RFC 4271 section 4). Depends on the JDK and Netty buffers only. */
@NullMarked
package ecmplab.bgp.wire;

import org.jspecify.annotations.NullMarked;
