package ecmplab.bgp.conformance;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Good messages made bad, the same ones for the same seed. */
final class Mutations {
    private static final int MOST_STEPS = 3;
    private static final int LENGTH_AT = 16;

    private final SplittableRandom random;

    Mutations(long seed) {
        random = new SplittableRandom(seed);
    }

    byte[] oneOf(byte[]... messages) {
        return messages[random.nextInt(messages.length)];
    }

    /** A message with a few octets changed, cut out or repeated; its length field mostly says what it has. */
    byte[] mutate(byte[] good) {
        var message = good.clone();
        for (int i = random.nextInt(1, MOST_STEPS + 1); i > 0; i--) {
            boolean inHeader = random.nextInt(6) == 0 || message.length <= MessageText.HEADER;
            int at = inHeader
                    ? random.nextInt(Math.min(message.length, MessageText.HEADER))
                    : random.nextInt(MessageText.HEADER, message.length);
            message = step(message, at);
        }
        if (message.length >= MessageText.HEADER && random.nextInt(8) != 0) {
            message[LENGTH_AT] = (byte) (message.length >>> 8);
            message[LENGTH_AT + 1] = (byte) message.length;
        }
        return message;
    }

    private byte[] step(byte[] message, int at) {
        switch (random.nextInt(6)) {
            case 0 -> message[at] = (byte) random.nextInt();
            case 1 -> message[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> message[at] += (byte) random.nextInt(-2, 3);
            case 3 -> {
                return cut(message, at, random.nextInt(1, 9));
            }
            case 4 -> {
                return repeat(message, at, random.nextInt(1, 30));
            }
            default -> message[at] = (byte) (random.nextBoolean() ? 0 : 0xFF);
        }
        return message;
    }

    private static byte[] cut(byte[] message, int at, int count) {
        int from = Math.max(at, MessageText.HEADER);
        int to = Math.max(from, Math.min(message.length, from + count));
        if (from >= message.length) {
            return message;
        }
        var result = Arrays.copyOf(message, message.length - (to - from));
        System.arraycopy(message, to, result, from, message.length - to);
        return result;
    }

    private static byte[] repeat(byte[] message, int at, int count) {
        int to = Math.max(at, MessageText.HEADER);
        int from = Math.max(MessageText.HEADER, to - count);
        var result = Arrays.copyOf(message, message.length + to - from);
        System.arraycopy(message, from, result, to, message.length - from);
        return result;
    }
}
