package ecmplab.lab.file;

import ecmplab.packet.MacAddress;
import java.net.InetAddress;

/**
 * A backend machine: a namespace with a real TCP stack behind its host's agent.
 *
 * @param address its direct address (DIP), in its host's subnet
 * @param httpPort where it serves HTTP: {@code /} names the VM and the client address it saw, {@code /health} is for probes
 * @param echoPort where it answers each line of a long-lived TCP flow
 */
public record Vm(String name, InetAddress address, MacAddress mac, int httpPort, int echoPort) {}
