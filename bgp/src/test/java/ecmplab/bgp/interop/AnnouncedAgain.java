package ecmplab.bgp.interop;

import ecmplab.bgp.attribute.UpdateDecoder;
import ecmplab.bgp.session.MessageTap;
import ecmplab.bgp.wire.AddressFamily;
import ecmplab.bgp.wire.Prefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The prefixes that a neighbour announces from some moment on, without ADD-PATH. */
final class AnnouncedAgain implements MessageTap, UpdateDecoder.Sink {
    private static final int UPDATE = 2;

    final Set<Prefix> prefixes = ConcurrentHashMap.newKeySet();
    private final UpdateDecoder decoder = new UpdateDecoder(true, true, EnumSet.allOf(AddressFamily.class));

    @Override
    public void message(Ends ends, Direction direction, ByteBuf message) {
        if (direction == Direction.RECEIVED && message.getByte(message.readerIndex() + 18) == UPDATE) {
            var octets = ByteBufUtil.getBytes(message);
            decoder.decode(octets, 0, octets.length, this);
        }
    }

    @Override
    public void reach(AddressFamily family, long high, long low, int prefixLength, int pathId) {
        prefixes.add(new Prefix(family, high, low, prefixLength));
    }

    @Override
    public void attributes(byte[] octets, int from, int length) {}

    @Override
    public void unreach(AddressFamily family, long high, long low, int prefixLength, int pathId) {}

    @Override
    public void endOfRib(AddressFamily family) {}
}
