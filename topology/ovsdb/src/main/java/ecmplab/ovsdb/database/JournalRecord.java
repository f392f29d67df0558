package ecmplab.ovsdb.database;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A record of a journal: a line {@code OVSDB JSON <octets> <sha1>}, then that many octets of JSON.
 *
 * @param offset of its first octet in the file
 * @param end offset behind its last octet
 */
record JournalRecord(JsonNode json, String sha1, long offset, long end, ByteBuffer octets) {
    private static final String MAGIC = "OVSDB JSON ";
    private static final Pattern HEADER = Pattern.compile("OVSDB JSON ([0-9]{1,9}) ([0-9a-f]{40})");
    private static final int LONGEST_HEADER = MAGIC.length() + 9 + 1 + 40 + 1;

    /** Why there is no whole record at an offset. */
    private static final class NoRecord extends Exception {
        final String why;

        NoRecord(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }

    static JournalRecord of(JsonNode json, long offset) {
        var text = (json + "\n").getBytes(StandardCharsets.UTF_8);
        var sha1 = HexFormat.of().formatHex(digester().digest(text));
        var header = (MAGIC + text.length + " " + sha1 + "\n").getBytes(StandardCharsets.US_ASCII);
        var octets = ByteBuffer.allocate(header.length + text.length)
                .put(header)
                .put(text)
                .flip();
        return new JournalRecord(json, sha1, offset, offset + octets.remaining(), octets);
    }

    /** Transaction id of this record when {@code previous} is that of the record before it. */
    UUID idAfter(UUID previous) {
        return UUID.nameUUIDFromBytes((previous + sha1).getBytes(StandardCharsets.US_ASCII));
    }

    /** All records; cuts off a torn tail, and throws where the damage is not at the end, or in the first record. */
    static List<JournalRecord> readAll(Path path, FileChannel channel, Consumer<JournalEvent> listener)
            throws IOException {
        var file = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (file.hasRemaining() && channel.read(file, file.position()) >= 0) {}
        file.flip();
        var records = new ArrayList<JournalRecord>();
        int offset = 0;
        while (offset < file.limit()) {
            try {
                var record = read(file, offset);
                records.add(record);
                offset = (int) record.end;
            } catch (NoRecord fault) {
                int next = nextRecord(file, offset + 1);
                if (next >= 0) {
                    throw new IOException("journal " + path + " is damaged at offset " + offset + ": " + fault.why
                            + ", but whole records follow at " + next);
                }
                if (!records.isEmpty()) {
                    listener.accept(new JournalEvent.TornTail(path, offset, file.limit() - (long) offset, fault.why));
                    channel.truncate(offset);
                    channel.force(true);
                }
                break;
            }
        }
        if (records.isEmpty()) {
            throw new IOException("journal " + path + " does not begin with a whole schema record");
        }
        return records;
    }

    private static JournalRecord read(ByteBuffer file, int offset) throws NoRecord {
        var header = line(file, offset);
        var match = HEADER.matcher(header);
        if (!match.matches()) {
            throw new NoRecord("no record header");
        }
        int length = Integer.parseInt(match.group(1));
        int start = offset + header.length() + 1;
        if (length > file.limit() - start) {
            throw new NoRecord("the file ends within the record");
        }
        var text = new byte[length];
        file.get(start, text);
        var sha1 = HexFormat.of().formatHex(digester().digest(text));
        if (!sha1.equals(match.group(2))) {
            throw new NoRecord("the checksum differs");
        }
        try {
            var json = JsonMapper.shared().readTree(text);
            if (!json.isObject()) {
                throw new NoRecord("the record is not a JSON object");
            }
            return new JournalRecord(json, sha1, offset, start + (long) length, ByteBuffer.allocate(0));
        } catch (JacksonException malformed) {
            throw new NoRecord("the record is not JSON: " + malformed.getOriginalMessage());
        }
    }

    private static String line(ByteBuffer file, int offset) {
        int end = offset;
        while (end < file.limit() && end - offset < LONGEST_HEADER && file.get(end) != '\n') {
            end++;
        }
        if (end == file.limit()) {
            return "";
        }
        return StandardCharsets.ISO_8859_1
                .decode(file.slice(offset, end - offset))
                .toString();
    }

    /** Offset of the next whole record at or after {@code from}, or -1. */
    private static int nextRecord(ByteBuffer file, int from) {
        for (int at = from; at <= file.limit() - MAGIC.length(); at++) {
            if (file.get(at) == 'O' && line(file, at).startsWith(MAGIC)) {
                try {
                    read(file, at);
                    return at;
                } catch (NoRecord alsoTorn) {
                    // look on
                }
            }
        }
        return -1;
    }

    private static MessageDigest digester() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-1", impossible);
        }
    }
}
