/**
 * The state of the flows that live on this host: client, VIP and port on one side, the VM's own address and port on the
 * other (RFC 3022 section 2.2, RFC 5382 and RFC 4787 for time-outs), off-heap, bounded, and readable from other threads.
 */
@NullMarked
package ecmplab.hostagent.nat;

import org.jspecify.annotations.NullMarked;
