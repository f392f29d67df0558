/** How packets enter and leave a process: frame pools, bursts, kernel interfaces and in-memory links behind one contract. */
@NullMarked
package ecmplab.port;

import org.jspecify.annotations.NullMarked;
