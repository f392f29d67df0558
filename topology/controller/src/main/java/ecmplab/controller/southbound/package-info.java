/**
 * The southbound side: how MUXes and host agents learn their policy from the database {@code slb}, acknowledge it, and report.
 * One transaction of the SLB manager is one policy; a malformed row costs its endpoint the news, and nothing else.
 */
@NullMarked
package ecmplab.controller.southbound;

import org.jspecify.annotations.NullMarked;
