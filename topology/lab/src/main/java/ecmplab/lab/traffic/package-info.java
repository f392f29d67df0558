/**
 * Real traffic through a lab: what a VM serves (HTTP, an echo that names the flow) and what a client asks for (long-lived TCP
 * flows whose every request carries the flow's id), with a record of every flow. Sockets of the JDK over the kernel's own TCP.
 */
@NullMarked
package ecmplab.lab.traffic;

import org.jspecify.annotations.NullMarked;
