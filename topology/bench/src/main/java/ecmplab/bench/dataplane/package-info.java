/**
 * What forwarding costs, the kernel's and ours, with packets that cross real veth pairs: packets per processor second of the whole
 * forwarding side, and packets delivered a second. {@link ecmplab.bench.dataplane.DataPlane} measures all by turns and prints a table.
 */
@NullMarked
package ecmplab.bench.dataplane;

import org.jspecify.annotations.NullMarked;
