/** The speaker as others embed it: configuration, life cycle, events, snapshots. Wires sessions to the RIB. */
@NullMarked
package ecmplab.bgp.speaker;

import org.jspecify.annotations.NullMarked;
