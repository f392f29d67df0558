/**
 * Endpoints, their members, and Maglev tables with generations and digests: the same answer on every MUX and host. How flows find
 * their slot, and how a MUX tells a host which generation it used.
 */
@NullMarked
package ecmplab.mux.table;

import org.jspecify.annotations.NullMarked;
