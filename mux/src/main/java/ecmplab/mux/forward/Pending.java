package ecmplab.mux.forward;

import org.jspecify.annotations.Nullable;

/**
 * The packets of a burst that are to be forwarded, between the two stages: what the first found out about each. One array a property, so
 * that no packet is an object.
 */
final class Pending {
    /** A packet that tells nothing about the life of its flow, or is of a protocol that has none. */
    static final byte ORDINARY = 0;
    /** A TCP SYN. */
    static final byte OPENS = 1;
    /** A TCP RST. */
    static final byte RESETS = 2;
    /** Part of a datagram: its flow has no ports. */
    static final byte FRAGMENT = 3;
    /** An ICMP error: its flow is that of the packet it quotes, seen from the client. */
    static final byte QUOTES = 4;
    /** An ICMP error that quotes a fragment. */
    static final byte QUOTES_FRAGMENT = 5;

    final long[] frames;
    /** Octets of the IPv4 packet. */
    final int[] lengths;

    final @Nullable PlannedEndpoint[] endpoints;
    final byte[] kinds;
    final int[] sources;
    final int[] vips;
    final int[] protocols;
    /** Source and destination, 16 bits each. */
    final int[] ports;
    /** Of the flow, for the flow table. */
    final long[] hashes;

    int count;

    Pending(int capacity) {
        frames = new long[capacity];
        lengths = new int[capacity];
        endpoints = new PlannedEndpoint[capacity];
        kinds = new byte[capacity];
        sources = new int[capacity];
        vips = new int[capacity];
        protocols = new int[capacity];
        ports = new int[capacity];
        hashes = new long[capacity];
    }

    int capacity() {
        return frames.length;
    }

    boolean isQuote(int at) {
        return kinds[at] == QUOTES || kinds[at] == QUOTES_FRAGMENT;
    }

    boolean isFragment(int at) {
        return kinds[at] == FRAGMENT || kinds[at] == QUOTES_FRAGMENT;
    }
}
