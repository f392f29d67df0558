/**
 * The control socket of a node: a Unix stream socket on which the command line asks and the node answers from immutable
 * snapshots. A request is its words, separated by NUL and ended by LF; an answer is an exit code and then text in chunks (see
 * {@link ecmplab.lab.control.Chunks}), sent as it is made and no faster than it is read. Whoever asks keeps the connection open; when
 * it ends, so does the node's work for it. The node renders tables and JSON, so that the asking side loads nothing but the JDK.
 */
@NullMarked
package ecmplab.lab.control;

import org.jspecify.annotations.NullMarked;
