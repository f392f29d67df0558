/**
 * The edge router as others embed it: configuration, routes by source and preference, events, snapshots. Given ports, a clock and
 * somebody who calls it about BGP routes, it works; it starts no thread.
 */
@NullMarked
package ecmplab.router;

import org.jspecify.annotations.NullMarked;
