package ecmplab.bgp.rib;

import java.net.InetAddress;

/** Where packets for a prefix may be sent, and the peer that said so. */
public record NextHop(InetAddress address, InetAddress peer, long weight) {}
