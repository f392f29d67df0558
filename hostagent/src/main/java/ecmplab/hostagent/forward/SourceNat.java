package ecmplab.hostagent.forward;

import ecmplab.hostagent.nat.FlowTuple;

/**
 * Where flows begin that VMs open to the outside: what a VM sends that answers no known flow and is for no VIP. Who takes such a flow
 * makes it in the NAT table as if its peer had opened it (peer to VIP and leased port), so that from then on both directions find it
 * like any other.
 */
@FunctionalInterface
public interface SourceNat {
    /** Nothing leaves that answers nothing. */
    SourceNat NONE = (vm, flow, frame, length, nowNanos) -> false;

    /**
     * On the forwarding thread; the source address has been found to be the VM's own.
     *
     * @param flow as the VM sends it; not to be kept
     * @param frame of {@code length} octets
     * @return whether the frame was taken over; otherwise it is dropped as {@link HostDrop#NO_FLOW}
     */
    boolean open(VmPort vm, FlowTuple flow, long frame, int length, long nowNanos);
}
