/**
 * A running lab: its state directory, the supervisor process that owns every namespace and process of it, and what starts
 * and ends both.
 *
 * <p>The process tree, root and rootless alike: {@code sh} (removes the state directory when all else is gone) &rarr;
 * {@code unshare} (own mount, network and PID namespaces; without root a user namespace too) &rarr; {@code sh} as process 1
 * (a private {@code /run}; reaps orphans; ends with the supervisor) &rarr; the supervisor JVM &rarr; one process a node. When
 * process 1 of a PID namespace ends the kernel kills all others, and the namespaces go with their last process, so whatever
 * dies, nothing stays.
 *
 * <p>What the supervisor asks of a node's control socket: {@code ready} (0 once it does its work; a line why not, until
 * then) and {@code about} (a line on what it is doing, for {@code lab inspect}). Of the edge router also
 * {@code show bgp summary --json} ({@code peers.ADDRESS.state}) and {@code show ip route PREFIX --json}
 * ({@code PREFIX[].nexthops[].active}), with the keys that FRR uses, for {@code lab wait}.
 */
@NullMarked
package ecmplab.lab.supervisor;

import org.jspecify.annotations.NullMarked;
