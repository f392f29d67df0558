/**
 * The control socket of a node: a Unix stream socket on which the command line asks and the node answers from immutable
 * snapshots. A request is its words, separated by NUL and ended by LF; an answer is a line with the exit code and then text until
 * the end of the stream. The node renders tables and JSON, so that the asking side loads nothing but the JDK.
 */
@NullMarked
package ecmplab.lab.control;

import org.jspecify.annotations.NullMarked;
