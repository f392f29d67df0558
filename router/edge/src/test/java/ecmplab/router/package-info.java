/** Tests of the router as a whole, over in-memory links and a virtual clock. */
@NullMarked
package ecmplab.router;

import org.jspecify.annotations.NullMarked;
