package ecmplab.port;

import ecmplab.port.sys.Errno;
import ecmplab.port.sys.InterfaceRequest;
import ecmplab.port.sys.Linux;
import ecmplab.port.sys.SystemCallException;

/**
 * Turning off what a network card would do for the kernel and what nobody does on a veth pair that ends in user space:
 * local TCP hands over packets with partial checksums and super-packets of up to 64 KiB, so {@code ping} works while
 * {@code curl} hangs.
 */
public final class Offloads {
    /** ethtool commands (include/uapi/linux/ethtool.h). */
    private static final int SET_TX_CHECKSUM = 0x17;

    private static final int SET_TSO = 0x1F;
    private static final int SET_GSO = 0x24;
    private static final int SET_GRO = 0x2C;

    private Offloads() {}

    /**
     * Turns transmit checksum and segmentation offload, and receive coalescing, off for an interface of the calling
     * thread's namespace; needs CAP_NET_ADMIN there. For both ends of a TCP connection that crosses user space.
     */
    public static void disableTransmit(String interfaceName) throws SystemCallException {
        try (var request = new InterfaceRequest(interfaceName)) {
            off(request, SET_TSO, "tso", interfaceName);
            off(request, SET_GSO, "gso", interfaceName);
            off(request, SET_TX_CHECKSUM, "tx", interfaceName);
            off(request, SET_GRO, "gro", interfaceName);
        }
    }

    private static void off(InterfaceRequest request, int command, String feature, String name)
            throws SystemCallException {
        int result = request.setByEthtool(command, 0);
        if (result != -Errno.EOPNOTSUPP) { // what a device does not have is off
            Linux.check(result, "ioctl(SIOCETHTOOL, " + feature + " off) on " + name);
        }
    }
}
