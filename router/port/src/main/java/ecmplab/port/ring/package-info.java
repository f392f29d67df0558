/** Rings of frames that a packet socket shares with the kernel: TPACKET_V2 (Documentation/networking/packet_mmap.rst). */
@NullMarked
package ecmplab.port.ring;

import org.jspecify.annotations.NullMarked;
