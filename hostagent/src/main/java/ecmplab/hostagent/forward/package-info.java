/**
 * The data path of a host: VXLAN from the MUXes (RFC 7348) is unwrapped, translated (RFC 3022, RFC 5508 for ICMP) and delivered
 * to a VM; the VM's reply is translated back and leaves straight for the client (direct server return). A packet whose
 * flow is not here is passed on to where it may be, by the generations of its endpoint's table: see {@link
 * ecmplab.hostagent.forward.SecondChance}. One forwarding thread; policy comes in from any other.
 */
@NullMarked
package ecmplab.hostagent.forward;

import org.jspecify.annotations.NullMarked;
