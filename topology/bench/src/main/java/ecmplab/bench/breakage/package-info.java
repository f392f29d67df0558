/**
 * What breaks flows, and how many: a cloud in memory in which router, MUXes and host agents are the real ones, their links are memory, its time is a
 * number, and clients and VMs are TCP ends of this package's own (RFC 9293) that check every octet they get. {@link
 * ecmplab.bench.breakage.Breakage} lets designs fail in it side by side, and a {@link ecmplab.bench.breakage.Model} says what to expect.
 */
@NullMarked
package ecmplab.bench.breakage;

import org.jspecify.annotations.NullMarked;
