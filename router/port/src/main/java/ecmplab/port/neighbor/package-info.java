/** Which MAC address an IPv4 neighbour has: the ARP cache of a port (RFC 826, RFC 1122 section 2.3.2). */
@NullMarked
package ecmplab.port.neighbor;

import org.jspecify.annotations.NullMarked;
