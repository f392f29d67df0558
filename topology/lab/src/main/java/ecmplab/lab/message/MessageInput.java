package ecmplab.lab.message;

import ecmplab.bgp.attribute.UpdateOptions;
import ecmplab.bgp.mrt.MrtReader;
import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.mrt.TablePaths;
import ecmplab.packet.CaptureReader;
import ecmplab.packet.TcpStreams;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** All that messages are read from: hex, captures, MRT files, the last two compressed or not. For one thread. */
public final class MessageInput {
    /** Where messages go, as JSON, in the order of the input. */
    public interface Sink {
        void message(ObjectNode json, boolean reset);

        /** The input, or a part of it, cannot be read. */
        void damaged(String reason);
    }

    private final UpdateOptions options;
    private final Sink sink;
    private final MessageReader reader;
    private final Map<UpdateOptions, MessageReader> readers = new HashMap<>();

    public MessageInput(UpdateOptions options, Sink sink) {
        this.options = options;
        this.sink = sink;
        this.reader = new MessageReader(options);
    }

    /**
     * Messages one after the other.
     *
     * @throws IllegalArgumentException when the text is not hex
     */
    public void hex(String text) {
        var octets = HexText.octets(text);
        for (int at = 0; at < octets.length; ) {
            var reading = reader.read(octets, at);
            sink.message(reading.json(), reading.reset());
            at += reading.length();
        }
    }

    /**
     * A capture, an MRT file, or lines of hex.
     *
     * @throws IllegalArgumentException when it is text, but not hex; names the line
     */
    public void stream(InputStream in) throws IOException {
        var content = RecordedFile.uncompressed(in);
        var start = RecordedFile.peek(content, 256);
        if (CaptureReader.isCapture(start)) {
            capture(content);
        } else if (isText(start)) {
            lines(content);
        } else {
            mrt(content);
        }
    }

    private static boolean isText(byte[] start) {
        for (byte octet : start) {
            if (octet < ' ' && octet != '\n' && octet != '\r' && octet != '\t') {
                return false;
            }
        }
        return true;
    }

    private void lines(BufferedInputStream content) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8));
        int number = 0;
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            try {
                hex(line);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException("line " + number + ": " + wrong.getMessage(), wrong);
            }
        }
    }

    private void capture(InputStream content) throws IOException {
        var messages = new CapturedMessages(options, (at, flow, reading) -> {
            reading.json()
                    .put("time", at.toString())
                    .put("source", text(flow.source()))
                    .put("destination", text(flow.destination()));
            sink.message(reading.json(), reading.reset());
        });
        var streams = new TcpStreams(messages);
        var packets = new CaptureReader(content);
        for (var item = packets.read(); item != null; item = packets.read()) {
            switch (item) {
                case CaptureReader.Packet packet -> streams.packet(packet);
                case CaptureReader.Damaged(var reason) -> sink.damaged(reason);
            }
        }
        streams.end();
    }

    private static String text(InetSocketAddress endpoint) {
        var address = endpoint.getAddress().getHostAddress();
        return address.indexOf(':') >= 0
                ? "[" + address + "]:" + endpoint.getPort()
                : address + ":" + endpoint.getPort();
    }

    private void mrt(InputStream content) throws IOException {
        var records = new MrtReader(content);
        MrtRecord.@Nullable PeerIndex index = null;
        for (var record = records.read(); record != null; record = records.read()) {
            switch (record) {
                case MrtRecord.Message message -> message(message);
                case MrtRecord.PeerIndex peers -> index = peers;
                case MrtRecord.TableEntry entry -> entry(entry, index);
                case MrtRecord.Damaged damaged ->
                    sink.damaged("record at octet " + damaged.offset() + ": " + damaged.reason());
                case MrtRecord.StateChange ignored -> {}
                case MrtRecord.Other ignored -> {}
            }
        }
    }

    private void message(MrtRecord.Message message) {
        var ends = message.ends();
        var json = recorded(message.message().toArray(), MrtText.options(message));
        json.put("time", message.at().toString())
                .put("peer", ends.peer().getHostAddress())
                .put("peerAs", ends.peerAsn().value())
                .put("sent", message.sent());
        sink.message(json, json.path("verdict").asString("").equals("reset"));
    }

    private void entry(MrtRecord.TableEntry entry, MrtRecord.@Nullable PeerIndex index) {
        for (var path : entry.paths()) {
            var message = TablePaths.message(entry.prefix(), entry.addPath(), path);
            if (message == null) {
                sink.damaged("attributes of " + entry.prefix() + " that no message can hold");
                continue;
            }
            var json = recorded(message, TablePaths.options(entry.addPath(), TablePaths.isExternal(path)));
            json.put("time", path.originated().toString());
            if (index != null && path.peer() < index.peers().size()) {
                var peer = index.peers().get(path.peer());
                json.put("peer", peer.address().getHostAddress())
                        .put("peerAs", peer.asn().value());
            }
            sink.message(json, json.path("verdict").asString("").equals("reset"));
        }
    }

    private ObjectNode recorded(byte[] octets, UpdateOptions how) {
        var own = readers.computeIfAbsent(how, MessageReader::new);
        return own.read(octets, 0).json();
    }
}
