/**
 * Lets others see what crosses a speaker's sessions: BMP to a collector (RFC 7854, the Adj-RIB-In before policy), and recordings in MRT
 * files (RFC 6396). Both take their messages from the sessions' event loop through bounded queues, so that neither a slow collector
 * nor a slow disk slows a session.
 */
@NullMarked
package ecmplab.bgp.monitor;

import org.jspecify.annotations.NullMarked;
