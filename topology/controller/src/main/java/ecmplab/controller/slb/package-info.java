/**
 * The SLB manager: what services should be, which backends may serve them now, and the life of their table generations, all kept
 * in the database {@code slb}.
 */
@NullMarked
package ecmplab.controller.slb;

import org.jspecify.annotations.NullMarked;
