/**
 * The forwarding path of the router, one thread, no allocation a packet: judge the frame, find the route, pick the next hop, send
 * it on (RFC 1812), or drop it for one named reason and say so by ICMP where that is due (RFC 792, RFC 1191).
 */
@NullMarked
package ecmplab.router.forward;

import org.jspecify.annotations.NullMarked;
