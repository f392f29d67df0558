/**
 * Which MAC address a neighbour on a port's link has: found by ARP (RFC 826, RFC 1122 section 2.3.2) and neighbour discovery
 * (RFC 4861 section 7).
 */
@NullMarked
package ecmplab.port.neighbor;

import org.jspecify.annotations.NullMarked;
