package ecmplab.mux.forward;

import org.jspecify.annotations.Nullable;

/**
 * The packets of one family of a burst that are to be forwarded, between the two stages: what the first found out about each. One array a property, so
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

    /** The family of all packets here. */
    final boolean ipv6;

    final long[] frames;
    /** Octets of the IP packet. */
    final int[] lengths;

    final @Nullable PlannedEndpoint[] endpoints;
    final byte[] kinds;
    /** Of IPv4 flows. */
    final int[] sources;

    final int[] vips;
    /** Of IPv6 flows. */
    final long[] sourceHighs;

    final long[] sourceLows;
    final long[] vipHighs;
    final long[] vipLows;
    final int[] protocols;
    /** Source and destination, 16 bits each. */
    final int[] ports;
    /** Of the flow, for the flow table. */
    final long[] hashes;

    // What the second stage decides.

    /** The way of each, null when it was dropped. */
    final @Nullable Tunnel[] tunnels;
    /** The inner Ethernet sources, as {@code FrameTag} has them. */
    final long[] tags;

    int count;

    Pending(int capacity, boolean ipv6) {
        this.ipv6 = ipv6;
        frames = new long[capacity];
        lengths = new int[capacity];
        endpoints = new PlannedEndpoint[capacity];
        kinds = new byte[capacity];
        sources = new int[ipv6 ? 0 : capacity];
        vips = new int[ipv6 ? 0 : capacity];
        sourceHighs = new long[ipv6 ? capacity : 0];
        sourceLows = new long[ipv6 ? capacity : 0];
        vipHighs = new long[ipv6 ? capacity : 0];
        vipLows = new long[ipv6 ? capacity : 0];
        protocols = new int[capacity];
        ports = new int[capacity];
        hashes = new long[capacity];
        tunnels = new Tunnel[capacity];
        tags = new long[capacity];
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
