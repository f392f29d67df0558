package ecmplab.ovsdb.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Cuts a byte stream into JSON texts, which OVSDB puts one after the other without anything between them (RFC 7047 section 4),
 * and reads them as {@link JsonRpc} messages. Each octet is looked at once, however it arrives. After the first
 * {@link JsonRpc.Malformed} the rest of the stream is thrown away.
 */
public final class JsonRpcDecoder extends ByteToMessageDecoder {
    private static final int DEEPEST = 200;

    private final int maxOctets;
    private final JsonMapper mapper;
    private int scanned;
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean broken;

    /** {@code maxOctets}: longest message that is accepted. */
    public JsonRpcDecoder(int maxOctets) {
        this.maxOctets = maxOctets;
        this.mapper = JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(DEEPEST)
                                .maxStringLength(maxOctets)
                                .build())
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (depth == 0) {
            skipWhiteSpace(in);
        }
        int start = in.readerIndex();
        for (int at = start + scanned; at < in.writerIndex(); at++) {
            int octet = in.getByte(at);
            if (depth == 0 && octet != '{' && octet != '[') {
                fail(
                        in,
                        out,
                        "error parsing stream: expected a JSON object, found octet 0x%02x".formatted(octet & 0xFF));
                return;
            }
            step(octet);
            if (depth == 0) {
                scanned = 0;
                emit(in.readSlice(at + 1 - start), in, out);
                return;
            }
            if (depth > DEEPEST) {
                fail(in, out, "error parsing stream: nested deeper than " + DEEPEST);
                return;
            }
        }
        scanned = in.readableBytes();
        if (scanned > maxOctets) {
            fail(in, out, "message longer than " + maxOctets + " octets");
        }
    }

    private static void skipWhiteSpace(ByteBuf in) {
        while (in.isReadable() && " \t\r\n".indexOf(in.getByte(in.readerIndex())) >= 0) {
            in.skipBytes(1);
        }
    }

    private void step(int octet) {
        if (inString) {
            if (escaped) {
                escaped = false;
            } else if (octet == '\\') {
                escaped = true;
            } else if (octet == '"') {
                inString = false;
            }
        } else {
            switch (octet) {
                case '"' -> inString = true;
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                default -> {}
            }
        }
    }

    private void emit(ByteBuf message, ByteBuf in, List<Object> out) {
        if (message.readableBytes() > maxOctets) {
            fail(in, out, "message longer than " + maxOctets + " octets");
            return;
        }
        var octets = new byte[message.readableBytes()];
        message.readBytes(octets);
        JsonRpc decoded;
        try {
            decoded = JsonRpc.of(mapper.readTree(octets));
        } catch (JacksonException malformed) {
            decoded = new JsonRpc.Malformed("error parsing stream: " + malformed.getOriginalMessage());
        }
        if (decoded instanceof JsonRpc.Malformed(String why)) {
            fail(in, out, why);
        } else {
            out.add(decoded);
        }
    }

    private void fail(ByteBuf in, List<Object> out, String why) {
        broken = true;
        in.skipBytes(in.readableBytes());
        out.add(new JsonRpc.Malformed(why));
    }
}
