/** When a MUX announces its VIPs and when it takes them back, over BGP; leaving gracefully (RFC 8326). */
@NullMarked
package ecmplab.mux.announce;

import org.jspecify.annotations.NullMarked;
