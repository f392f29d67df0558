/**
 * AF_XDP sockets: rings shared with the kernel over the frames of a pool, and the program in the kernel that decides which
 * frames come here and which the kernel's own stack gets (Documentation/networking/af_xdp.rst).
 */
@NullMarked
package ecmplab.port.xdp;

import org.jspecify.annotations.NullMarked;
