/** What a lab becomes on a Linux kernel: namespaces, veth pairs, addresses, and the configuration each node process reads. */
@NullMarked
package ecmplab.lab.fabric;

import org.jspecify.annotations.NullMarked;
