/** The speaker with FRRouting, BIRD, OpenBGPD, GoBGP and ExaBGP: what works between each of them and us, measured and printed as a table. */
@NullMarked
package ecmplab.bgp.interop;

import org.jspecify.annotations.NullMarked;
