package ecmplab.bgp.session;

import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** Linux's {@code struct tcp_md5sig}, for keys of whole ranges, which Netty does not have. */
final class Md5Signature {
    /** Address, flags, prefix length, key length, interface index, key. */
    static final int OCTETS = 216;

    private static final int FLAGS = 128;
    private static final int PREFIX_LENGTH = 129;
    private static final int KEY_LENGTH = 130;
    private static final int KEY = 136;
    private static final int FLAG_PREFIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    /**
     * @param mapped whether the socket is of IPv6 and the range of IPv4
     * @param key at most 80 octets; null removes the range's key
     */
    static ByteBuffer of(Prefix range, boolean mapped, byte @Nullable [] key) {
        var struct = ByteBuffer.allocateDirect(OCTETS).order(ByteOrder.nativeOrder());
        var address = range.address().getAddress();
        boolean v4 = range.family() == AddressFamily.IPV4_UNICAST;
        if (v4 && !mapped) {
            struct.putShort(0, (short) AF_INET).put(4, address);
        } else if (v4) {
            struct.putShort(0, (short) AF_INET6).putShort(18, (short) -1).put(20, address);
        } else {
            struct.putShort(0, (short) AF_INET6).put(8, address);
        }
        struct.put(FLAGS, (byte) FLAG_PREFIX);
        struct.put(PREFIX_LENGTH, (byte) range.length());
        if (key != null) {
            struct.putShort(KEY_LENGTH, (short) key.length).put(KEY, key);
        }
        return struct;
    }

    private Md5Signature() {}
}
