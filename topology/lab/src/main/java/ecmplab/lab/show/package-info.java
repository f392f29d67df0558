/**
 * What {@code show} says: the nodes' snapshots as tables in the form network people know (vtysh), and as JSON with FRRouting's keys
 * where FRRouting has them. Runs on the thread of the request, in the node's process.
 */
@NullMarked
package ecmplab.lab.show;

import org.jspecify.annotations.NullMarked;
