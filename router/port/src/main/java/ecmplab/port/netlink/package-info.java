/**
 * Routing netlink (rtnetlink(7), netlink(7)): requests of the kernel's routing tables, answers, and news of changes. Each
 * socket belongs to the network namespace of the thread that opened it.
 */
@NullMarked
package ecmplab.port.netlink;

import org.jspecify.annotations.NullMarked;
