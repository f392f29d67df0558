/**
 * The Linux system calls that ports need, by {@code java.lang.foreign}: sockets, poll, ioctl, namespaces. Numbers are those
 * of x86-64 and aarch64 alike. Every call returns what the kernel gave, or a negated errno; nothing here keeps state.
 */
@NullMarked
package ecmplab.port.sys;

import org.jspecify.annotations.NullMarked;
