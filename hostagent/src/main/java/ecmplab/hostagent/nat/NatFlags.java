package ecmplab.hostagent.nat;

import ecmplab.hostagent.nat.NatFlow.State;
import ecmplab.packet.IpProtocol;
import ecmplab.packet.Tcp;

/** Sixteen bits about a flow: what the segments of a TCP connection have said, and facts about any flow. */
final class NatFlags {
    private static final int CLIENT_FIN = 1;
    private static final int VM_FIN = 1 << 1;
    private static final int CLIENT_RESET = 1 << 2;
    private static final int VM_RESET = 1 << 3;
    private static final int ANSWERED = 1 << 4;
    private static final int ACKNOWLEDGED = 1 << 5;
    private static final int CLIENT_ACK_KNOWN = 1 << 6;
    private static final int VM_ACK_KNOWN = 1 << 7;

    static final int RESCUED = 1 << 8;
    static final int MASKED = 1 << 9;
    static final int OVER_IPV6 = 1 << 10;

    private static final int NOT_OPEN = CLIENT_FIN | VM_FIN | CLIENT_RESET | VM_RESET;

    private NatFlags() {}

    /** The flags after a packet of the client. */
    static int afterClient(int flags, int tcpFlags) {
        if ((tcpFlags & Tcp.RST) != 0) {
            return flags | CLIENT_RESET;
        }
        int said = flags | ((tcpFlags & Tcp.FIN) != 0 ? CLIENT_FIN : 0);
        if ((tcpFlags & Tcp.ACK) != 0) {
            said |= CLIENT_ACK_KNOWN | ((flags & ANSWERED) != 0 ? ACKNOWLEDGED : 0);
        }
        return said;
    }

    /** The flags after a packet of the VM. */
    static int afterVm(int flags, int tcpFlags) {
        if ((tcpFlags & Tcp.RST) != 0) {
            return flags | VM_RESET;
        }
        // A VM that goes on after the client's reset did not believe it (RFC 5961 section 3.2): the flow lives.
        return (flags
                        | ANSWERED
                        | ((tcpFlags & Tcp.FIN) != 0 ? VM_FIN : 0)
                        | ((tcpFlags & Tcp.ACK) != 0 ? VM_ACK_KNOWN : 0))
                & ~CLIENT_RESET;
    }

    static State state(int protocol, int flags) {
        if (protocol != IpProtocol.TCP || (flags & (NOT_OPEN | ACKNOWLEDGED)) == ACKNOWLEDGED) {
            return State.ESTABLISHED;
        }
        if ((flags & (CLIENT_RESET | VM_RESET)) != 0) {
            return State.CLOSED;
        }
        return switch (flags & (CLIENT_FIN | VM_FIN)) {
            case CLIENT_FIN | VM_FIN -> State.CLOSED;
            case 0 -> State.OPENING;
            default -> State.HALF_CLOSED;
        };
    }

    /** Whether nothing is lost when the client starts afresh: the VM has never answered, or both sides are done. */
    static boolean disposable(int protocol, int flags) {
        return switch (state(protocol, flags)) {
            case CLOSED -> true;
            case OPENING -> (flags & ANSWERED) == 0;
            case ESTABLISHED, HALF_CLOSED -> false;
        };
    }

    /** Whether both sides have said which octet they expect next. */
    static boolean acknowledgementsKnown(int flags) {
        return (flags & (CLIENT_ACK_KNOWN | VM_ACK_KNOWN)) == (CLIENT_ACK_KNOWN | VM_ACK_KNOWN);
    }
}
