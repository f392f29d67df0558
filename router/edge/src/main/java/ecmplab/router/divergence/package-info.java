/** Where RIB, FIB and kernel do not agree: BGP up and the route missing is never silent. */
@NullMarked
package ecmplab.router.divergence;

import org.jspecify.annotations.NullMarked;
