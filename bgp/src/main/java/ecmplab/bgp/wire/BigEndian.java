package ecmplab.bgp.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in network order within a byte array, at any alignment. */
public final class BigEndian {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Two octets, 0 to 65535. */
    public static int uint16(byte[] octets, int at) {
        return (short) SHORT.get(octets, at) & 0xFFFF;
    }

    public static int int32(byte[] octets, int at) {
        return (int) INT.get(octets, at);
    }

    public static long int64(byte[] octets, int at) {
        return (long) LONG.get(octets, at);
    }

    public static void putInt16(byte[] octets, int at, int value) {
        SHORT.set(octets, at, (short) value);
    }

    public static void putInt32(byte[] octets, int at, int value) {
        INT.set(octets, at, value);
    }

    public static void putInt64(byte[] octets, int at, long value) {
        LONG.set(octets, at, value);
    }

    private BigEndian() {}
}
