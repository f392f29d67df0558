package ecmplab.bgp.policy;

import ecmplab.bgp.wire.Asn;
import java.net.InetAddress;

/**
 * With whom a route is exchanged.
 *
 * @param localAs what {@link Action.Prepend} puts in front
 * @param neighbor who announced the route (import), or who is told it (export)
 * @param neighborAs of that neighbour
 */
public record PolicyContext(Asn localAs, InetAddress neighbor, Asn neighborAs) {}
