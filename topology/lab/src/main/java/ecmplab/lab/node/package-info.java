/**
 * Node processes: each wires one of the libraries (router, MUX, host agent, controller) or a traffic end (client, VM) to its
 * interfaces, its policy subscription, its event log and its control socket. One JVM a node, so that a kill is a real death.
 */
@NullMarked
package ecmplab.lab.node;

import org.jspecify.annotations.NullMarked;
