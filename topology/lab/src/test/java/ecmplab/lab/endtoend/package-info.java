/** Labs as their users have them: the command line as a process, real namespaces, real traffic, real deaths. */
@NullMarked
package ecmplab.lab.endtoend;

import org.jspecify.annotations.NullMarked;
