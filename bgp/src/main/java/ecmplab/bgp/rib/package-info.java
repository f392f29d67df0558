/**
 * Routing tables of the speaker (RFC 4271 section 3.2): Adj-RIB-In, Loc-RIB and Adj-RIB-Out as columns of dense ids, owned
 * by one RIB thread.
 */
@NullMarked
package ecmplab.bgp.rib;

import org.jspecify.annotations.NullMarked;
