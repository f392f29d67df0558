/**
 * What the forwarding thread looks up: longest-match tables from address to next-hop group, as immutable generations that one
 * control thread derives from each other (RFC 1812 section 5.2.4.3).
 */
@NullMarked
package ecmplab.router.fib;

import org.jspecify.annotations.NullMarked;
