/**
 * Packets as they stand in memory: header views (Ethernet, ARP, IPv4 and IPv6, ICMP, TCP, UDP, VXLAN), checksums, flow key and
 * hash, pcapng. A view wraps a memory segment at an offset and never copies. Depends on the JDK only.
 */
@NullMarked
package ecmplab.packet;

import org.jspecify.annotations.NullMarked;
