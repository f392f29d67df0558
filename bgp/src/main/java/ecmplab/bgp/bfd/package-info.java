/**
 * Bidirectional Forwarding Detection, asynchronous mode, single hop, IPv4 and IPv6 (RFC 5880, 5881): finds within a few intervals of some
 * ten milliseconds that a neighbour is gone. The state machine is pure; sockets, timers and state belong to one thread of its own, so
 * that neither routes nor sessions delay it. BGP learns of it as RFC 5882 says. Without authentication, echo and demand mode of our own.
 */
@NullMarked
package ecmplab.bgp.bfd;

import org.jspecify.annotations.NullMarked;
