package ecmplab.lab.message;

import ecmplab.bgp.mrt.MrtRecord;
import ecmplab.bgp.wire.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which of a table's paths to a prefix are replayed, and under which path identifiers. Told of all records of a file in their order; for
 * one thread.
 */
public final class PathChoice {
    private final Who who;
    private final boolean all;
    private int peer = -1;
    private @Nullable Prefix last;
    private int given;

    /** Whose paths: {@link Anybody}'s, or those of one peer of the file. */
    public sealed interface Who {}

    public record Anybody() implements Who {}

    public record PeerNumber(int index) implements Who {}

    public record PeerAddress(InetAddress address) implements Who {}

    /** @param all every path, where the session has ADD-PATH (RFC 7911); else the first */
    public PathChoice(Who who, boolean all) {
        this.who = who;
        this.all = all;
    }

    /** A peer's address, or its number in the file, counted from 0. @throws IllegalArgumentException when the text is neither */
    public static Who peer(String text) {
        return text.matches("\\d{1,5}")
                ? new PeerNumber(Integer.parseInt(text))
                : new PeerAddress(InetAddress.ofLiteral(text));
    }

    /** The peers of the tables that follow. @throws IOException when the chosen one is not among them */
    void index(List<MrtRecord.Peer> peers) throws IOException {
        peer = switch (who) {
            case Anybody() -> -1;
            case PeerNumber(int index) -> index;
            case PeerAddress(var address) ->
                peers.stream().map(MrtRecord.Peer::address).toList().indexOf(address);
        };
        if (!(who instanceof Anybody) && (peer < 0 || peer >= peers.size())) {
            throw new IOException("the file has no such peer; it has "
                    + peers.stream()
                            .map(each -> each.address().getHostAddress())
                            .collect(Collectors.joining(", ")));
        }
    }

    /** Whether a recorded message is of a chosen peer. */
    boolean has(MrtRecord.Message message) {
        return switch (who) {
            case Anybody() -> true;
            case PeerNumber(int ignored) -> false; // such records have addresses only
            case PeerAddress(var address) -> message.ends().peer().equals(address);
        };
    }

    /** The entry's chosen paths. A prefix's paths may be in several entries that follow each other. */
    List<MrtRecord.Path> of(MrtRecord.TableEntry entry, boolean addPath) {
        if (!entry.prefix().equals(last)) {
            last = entry.prefix();
            given = 0;
        }
        var paths = entry.paths().stream()
                .filter(path -> who instanceof Anybody || path.peer() == peer)
                .toList();
        return all && addPath ? paths : paths.subList(0, given > 0 || paths.isEmpty() ? 0 : 1);
    }

    /** The identifier of the next path to the prefix of the entry that was given last: 1, 2, ... */
    int nextPathId() {
        return ++given;
    }
}
