/**
 * BGP sessions: the state machine of RFC 4271 section 8 as a pure function, its timers, collision resolution (section 6.8), and
 * the Netty transport around it. A session's bytes and timers belong to its event loop.
 */
@NullMarked
package ecmplab.bgp.session;

import org.jspecify.annotations.NullMarked;
