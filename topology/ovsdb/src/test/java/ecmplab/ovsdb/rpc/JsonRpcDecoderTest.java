package ecmplab.ovsdb.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages out of a byte stream, however it is cut; and what is no message. */
class JsonRpcDecoderTest {
    private static final String STREAM = """
            {"id":1,"method":"echo","params":["}{][\\"\\\\"]}{"id":null,"method":"update","params":[null,{"ü":[[]]}]}

            {"id":1,"result":{"a":[{"b":"]"}]},"error":null}\t{"id":"x","error":"unknown method"}""";

    private static List<JsonRpc> decode(int limit, byte[]... pieces) {
        var channel = new EmbeddedChannel(new JsonRpcDecoder(limit));
        for (var piece : pieces) {
            channel.writeInbound(Unpooled.wrappedBuffer(piece));
        }
        channel.finish();
        var messages = new ArrayList<JsonRpc>();
        for (JsonRpc message = channel.readInbound(); message != null; message = channel.readInbound()) {
            messages.add(message);
        }
        return messages;
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String why(String text) {
        var messages = decode(1000, octets(text));
        return assertInstanceOf(JsonRpc.Malformed.class, messages.getLast()).why();
    }

    @Test
    void messagesFollowEachOtherWithOrWithoutSpace() {
        var messages = decode(1000, octets(STREAM));
        assertEquals(4, messages.size());
        assertInstanceOf(JsonRpc.Request.class, messages.get(0));
        assertInstanceOf(JsonRpc.Notification.class, messages.get(1));
        assertInstanceOf(JsonRpc.Response.class, messages.get(2));
        assertEquals("\"unknown method\"", String.valueOf(((JsonRpc.Response) messages.get(3)).error()));
    }

    @Test
    void everyCutOfTheStreamGivesTheSameMessages() {
        var whole = octets(STREAM);
        var expected = decode(1000, whole);
        for (int cut = 1; cut < whole.length; cut++) {
            assertEquals(
                    expected,
                    decode(1000, Arrays.copyOf(whole, cut), Arrays.copyOfRange(whole, cut, whole.length)),
                    "cut at " + cut);
        }
        var single = new byte[whole.length][];
        for (int i = 0; i < whole.length; i++) {
            single[i] = new byte[] {whole[i]};
        }
        assertEquals(expected, decode(1000, single));
    }

    @Test
    void whatIsNoMessageSaysWhy() {
        assertTrue(why("x").contains("expected a JSON object, found octet 0x78"));
        assertTrue(why("{\"id\":}").startsWith("error parsing stream"));
        assertEquals("message is not a JSON object", why("[1]"));
        assertEquals("message has unexpected member \"foo\"", why("{\"id\":1,\"foo\":2}"));
        assertEquals("\"params\" must be JSON array", why("{\"id\":1,\"method\":\"echo\",\"params\":{}}"));
        assertEquals("\"method\" must be a string", why("{\"id\":1,\"method\":7,\"params\":[]}"));
        assertEquals("message has neither method nor id", why("{\"result\":1}"));
        assertTrue(why("{" + "\"a\":[".repeat(300)).contains("nested deeper"));
        assertTrue(why("{\"id\":\"" + "x".repeat(2000) + "\"}").contains("longer than 1000"));
        assertTrue(why("{\"id\":\"" + "x".repeat(2000)).contains("longer than 1000"), "before its end is seen");
        assertTrue(why("{\"id\":\"\u0000\"}").startsWith("error parsing stream"));
    }

    @Test
    void nothingIsReadAfterTheFirstFault() {
        var messages = decode(1000, octets("x{\"id\":1,\"method\":\"echo\",\"params\":[]}"), octets("y"));
        assertEquals(1, messages.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyOctetsGiveMessagesOrOneFault(long seed) {
        var random = new Random(seed);
        var whole = octets(STREAM);
        for (int round = 0; round < 3000; round++) {
            var changed = whole.clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            var messages = decode(150, changed);
            for (var message : messages.subList(0, Math.max(0, messages.size() - 1))) {
                assertTrue(!(message instanceof JsonRpc.Malformed), "only the last can be a fault");
            }
        }
    }
}
