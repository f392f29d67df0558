/**
 * What an operator does to a speaker over its control socket: announce, drain, reset and refresh neighbours, explain a policy, reload
 * the configuration. Of a speaker that stands alone and of those in a lab's nodes.
 */
@NullMarked
package ecmplab.lab.speaker;

import org.jspecify.annotations.NullMarked;
