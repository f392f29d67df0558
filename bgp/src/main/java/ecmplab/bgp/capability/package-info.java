/**
 * The OPEN message and the capabilities in it (RFC 4271 section 4.2, RFC 5492, RFC 9072). Whatever a peer offers is parsed or kept as
 * it came; an offer costs the session only where the session would mean something else without it.
 */
@NullMarked
package ecmplab.bgp.capability;

import org.jspecify.annotations.NullMarked;
