/**
 * BPF programs without a compiler: an assembler, maps, loading and attaching by bpf(2) (RFC 9669 for the instructions;
 * include/uapi/linux/bpf.h for the calls). Needs CAP_BPF and CAP_NET_ADMIN in the initial user namespace.
 */
@NullMarked
package ecmplab.port.bpf;

import org.jspecify.annotations.NullMarked;
