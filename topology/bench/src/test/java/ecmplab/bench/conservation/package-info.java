/** Whether router, MUX and host agent can say of every frame where it went, whatever comes in and whatever becomes of their lines. */
@NullMarked
package ecmplab.bench.conservation;

import org.jspecify.annotations.NullMarked;
