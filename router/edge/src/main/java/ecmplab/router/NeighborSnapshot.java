package ecmplab.router;

import ecmplab.port.neighbor.Neighbor;

/** A line of {@code show ip neighbors}. */
public record NeighborSnapshot(String interfaceName, Neighbor neighbor) {}
