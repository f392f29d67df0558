package ecmplab.port.xdp;

import ecmplab.packet.MacAddress;
import ecmplab.port.bpf.Assembler;
import org.jspecify.annotations.Nullable;

/**
 * Which of the frames that an interface receives come to its AF_XDP port; the others are the kernel's.
 *
 * @param own addresses whose traffic is the kernel's; null: every frame comes, whatever it is
 * @param tunnelPort UDP port that comes though it is for an own address, as VXLAN's on a host; 0: none
 */
public record Steering(@Nullable OwnAddresses own, int tunnelPort) {
    /** Every frame comes: for a port that is a wire's end. */
    public static final Steering EVERYTHING = new Steering(null, 0);

    Assembler program(MacAddress mac, int sockets) {
        return own == null
                ? SteeringProgram.everything(sockets)
                : SteeringProgram.ownMac(mac, own.descriptor(), sockets, tunnelPort);
    }
}
