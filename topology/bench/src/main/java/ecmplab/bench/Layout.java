package ecmplab.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.IntStream;

/** Who is where: the speaker and its neighbours on one subnet, all in ASes of their own. */
record Layout(boolean isV6, List<Neighbor> sources, List<Neighbor> receivers) {
    static final int SPEAKER_AS = 65_000;
    static final int MOST_SOURCES = 8;
    static final int MOST_RECEIVERS = 20;
    private static final int SPEAKER = 1;
    private static final int FIRST_SOURCE = 11;
    private static final int FIRST_RECEIVER = 101;

    record Neighbor(InetAddress address, int asn) {}

    static Layout of(boolean v6, int sources, int receivers) {
        return new Layout(v6, neighbors(v6, FIRST_SOURCE, sources), neighbors(v6, FIRST_RECEIVER, receivers));
    }

    InetSocketAddress speaker() {
        return new InetSocketAddress(address(isV6, SPEAKER), 179);
    }

    /** Every address a peer may have, in the notation of {@code ip address add}. */
    static List<String> peerNetworks() {
        return IntStream.concat(
                        IntStream.range(FIRST_SOURCE, FIRST_SOURCE + MOST_SOURCES),
                        IntStream.range(FIRST_RECEIVER, FIRST_RECEIVER + MOST_RECEIVERS))
                .mapToObj(Layout::networks)
                .flatMap(List::stream)
                .toList();
    }

    static List<String> speakerNetworks() {
        return networks(SPEAKER);
    }

    private static List<String> networks(int host) {
        return List.of(
                address(false, host).getHostAddress() + "/24",
                address(true, host).getHostAddress() + "/64");
    }

    private static List<Neighbor> neighbors(boolean v6, int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(host -> new Neighbor(address(v6, host), 65_000 + host))
                .toList();
    }

    private static InetAddress address(boolean v6, int host) {
        byte last = (byte) host;
        try {
            return InetAddress.getByAddress(
                    v6
                            ? new byte[] {(byte) 0xFD, (byte) 0x99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}
                            : new byte[] {10, 99, 0, last});
        } catch (UnknownHostException wrong) {
            throw new IllegalStateException(wrong);
        }
    }
}
