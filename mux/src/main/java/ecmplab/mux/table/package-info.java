/** Endpoints, their members, and Maglev tables with generations and digests: the same answer on every MUX and host. */
@NullMarked
package ecmplab.mux.table;

import org.jspecify.annotations.NullMarked;
