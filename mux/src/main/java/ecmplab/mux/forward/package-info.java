/**
 * What a MUX does with packets: finds the endpoint of each, the flow's member by flow table or Maglev slot, and sends it to the member's
 * host in VXLAN (RFC 7348). Policies are compiled beside the forwarding thread and enter its path in one step.
 */
@NullMarked
package ecmplab.mux.forward;

import org.jspecify.annotations.NullMarked;
