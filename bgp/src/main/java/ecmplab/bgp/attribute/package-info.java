/**
 * Path attributes and the UPDATE message (RFC 4271 sections 4.3, 5 and 6.3; RFC 4760, 6793, 7606): one decoder with a primitive sink
 * and one with records, and the encoder. Depends on the JDK and Netty buffers only.
 */
@NullMarked
package ecmplab.bgp.attribute;

import org.jspecify.annotations.NullMarked;
