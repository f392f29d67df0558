/**
 * Which member each flow was given: a bounded table outside the heap that keeps flows where they are while generations change
 * (Patel et al., "Ananta", SIGCOMM 2013, section 3.3.3). An optimisation: hosts find lost flows without it.
 */
@NullMarked
package ecmplab.mux.flow;

import org.jspecify.annotations.NullMarked;
