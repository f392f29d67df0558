/**
 * Measures BGP speakers as processes, from outside: raw peers play tables with pre-encoded UPDATEs, a sink checks every prefix
 * that comes out (RFC 4271). Uses the JDK only, and next to no processor time, since it shares the machine with what it measures.
 */
@NullMarked
package ecmplab.bench;

import org.jspecify.annotations.NullMarked;
