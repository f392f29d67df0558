/**
 * Health probes of a host against its own VMs, by ordinary sockets on virtual threads: TCP connect, and HTTP GET (RFC 9110
 * section 9.3.1) that must be answered with status 200. States change after consecutive equal results, and each change is an
 * event. JDK only.
 */
@NullMarked
package ecmplab.hostagent.probe;

import org.jspecify.annotations.NullMarked;
