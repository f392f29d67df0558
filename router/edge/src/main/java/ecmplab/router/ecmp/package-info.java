/**
 * Equal-cost multipath: next-hop groups that routes share, and how flows are spread over their members: by modulo, by
 * hash-threshold (RFC 2992), or by resilient buckets (as Linux's resilient next-hop groups), which move no more flows than a
 * change of members makes inevitable. Next hops are ids here; who they are is the router's business.
 */
@NullMarked
package ecmplab.router.ecmp;

import org.jspecify.annotations.NullMarked;
