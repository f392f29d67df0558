/**
 * What a neighbour's routes must be like to come in or go out: policies as ordered terms of typed matches and actions. Depends on
 * {@code ecmplab.bgp.wire} and {@code ecmplab.bgp.attribute} only.
 */
@NullMarked
package ecmplab.bgp.policy;

import org.jspecify.annotations.NullMarked;
