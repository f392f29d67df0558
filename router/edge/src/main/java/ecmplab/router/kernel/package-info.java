/**
 * The FIB in the kernel: routes to next-hop groups by rtnetlink (ip-route(8), ip-nexthop(8)), of a protocol number of their own, kept equal to what
 * the router wants and watched for whoever changes them.
 */
@NullMarked
package ecmplab.router.kernel;

import org.jspecify.annotations.NullMarked;
