/** BGP messages as JSON and back: from hex, captures (pcap, pcapng) and MRT files (RFC 4271, RFC 7606, RFC 6396). */
@NullMarked
package ecmplab.lab.message;

import org.jspecify.annotations.NullMarked;
