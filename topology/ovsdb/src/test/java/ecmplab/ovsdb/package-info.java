/** The protocol from outside: one suite of tests against the embedded server and the distribution's, and stock clients. */
@NullMarked
package ecmplab.ovsdb;

import org.jspecify.annotations.NullMarked;
