/**
 * Prometheus metrics of a speaker or a lab's nodes, in text format 0.0.4, from snapshots taken when somebody asks: counting costs
 * nothing more. Names are those of frr_exporter without its {@code frr_} where it has them.
 */
@NullMarked
package ecmplab.lab.metrics;

import org.jspecify.annotations.NullMarked;
