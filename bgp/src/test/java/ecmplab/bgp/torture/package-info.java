/**
 * What a speaker must survive: many peers that come and go with routes, peers that do not read or speak an octet at a time, full tables
 * beside short hold times (RFC 4271, RFC 9687).
 */
@NullMarked
package ecmplab.bgp.torture;

import org.jspecify.annotations.NullMarked;
