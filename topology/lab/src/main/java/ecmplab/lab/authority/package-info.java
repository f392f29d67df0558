/** The certificate authority of one lab: what the controller's OVSDB server and the agents know each other by over TLS. */
@NullMarked
package ecmplab.lab.authority;

import org.jspecify.annotations.NullMarked;
