package ecmplab.hostagent.forward;

import java.net.InetAddress;

/**
 * What a VM is in one family.
 *
 * @param dip the VM's own address
 * @param gateway the VM's default gateway in that family, an address of the host's kernel: packets to it are not the agent's
 */
public record VmAddress(InetAddress dip, InetAddress gateway) {
    public VmAddress {
        if (dip.getClass() != gateway.getClass()) {
            throw new IllegalArgumentException("VM address " + dip.getHostAddress() + " with gateway "
                    + gateway.getHostAddress() + ": must be of one family");
        }
    }
}
