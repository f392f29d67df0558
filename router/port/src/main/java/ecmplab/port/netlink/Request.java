package ecmplab.port.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A request as octets after the netlink header: a fixed part, then attributes ({@code struct rtattr}), in host byte order. */
public final class Request {
    /** Create what is not there. */
    public static final int CREATE = 0x400;
    /** Fail with EEXIST when it is there. */
    public static final int EXCLUSIVE = 0x200;
    /** Put this in place of what is there. */
    public static final int REPLACE = 0x100;

    private static final int NESTED = 0x8000;

    private final int type;
    private final int flags;
    private final String what;
    private ByteBuffer body = ByteBuffer.allocate(128).order(ByteOrder.nativeOrder());

    /**
     * @param type of the message, such as {@code RTM_NEWROUTE}
     * @param flags of {@link #CREATE}, {@link #EXCLUSIVE}, {@link #REPLACE}
     * @param what it does, for people
     */
    public Request(int type, int flags, String what) {
        this.type = type;
        this.flags = flags;
        this.what = what;
    }

    public int type() {
        return type;
    }

    int flags() {
        return flags;
    }

    /** What it does, for people. */
    public String what() {
        return what;
    }

    /** Octets, a multiple of 4. */
    int size() {
        return body.position();
    }

    byte[] octets() {
        return Arrays.copyOf(body.array(), body.position());
    }

    /** Octets of the fixed part. */
    public Request octets(int... values) {
        room(values.length);
        for (int value : values) {
            body.put((byte) value);
        }
        return this;
    }

    /** Four octets of the fixed part. */
    public Request word(int value) {
        room(4);
        body.putInt(value);
        return this;
    }

    public Request attribute(int attribute, byte... value) {
        room(8 + value.length);
        body.putShort((short) (4 + value.length)).putShort((short) attribute).put(value);
        align();
        return this;
    }

    /** An attribute of 16 bits. */
    public Request attribute16(int attribute, int value) {
        room(8);
        body.putShort((short) 6).putShort((short) attribute).putShort((short) value);
        align();
        return this;
    }

    /** An attribute of 32 bits. */
    public Request attribute32(int attribute, int value) {
        room(8);
        body.putShort((short) 8).putShort((short) attribute).putInt(value);
        return this;
    }

    /** An attribute that holds the attributes of {@code inner}. */
    public Request nested(int attribute, Request inner) {
        return attribute(attribute | NESTED, inner.octets());
    }

    private void align() {
        while (body.position() % 4 != 0) {
            body.put((byte) 0);
        }
    }

    private void room(int more) {
        if (body.remaining() < more + 4) {
            var larger = ByteBuffer.allocate(2 * body.capacity() + more).order(ByteOrder.nativeOrder());
            larger.put(body.flip());
            body = larger;
        }
    }

    @Override
    public String toString() {
        return what;
    }
}
