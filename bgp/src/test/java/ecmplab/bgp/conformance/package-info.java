/**
 * Conformance: a peer on a plain socket, with its own little encoder, does to a speaker what RFC 4271 section 6, 6608, 7606, 6793, 7313, 7911,
 * 8654, 9072, 6286, 7607, 9003 and 9234 speak of, and sees what comes of it. The same cases run against other speakers; {@code bgp/CONFORMANCE.md} has the answers.
 */
@NullMarked
package ecmplab.bgp.conformance;

import org.jspecify.annotations.NullMarked;
