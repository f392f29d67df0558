package ecmplab.hostagent.forward;

import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import ecmplab.port.Port;
import java.net.Inet4Address;

/**
 * A VM and the host's end of its cable.
 *
 * @param name for people
 * @param port the host's end; its MAC address is the VM's gateway's
 * @param dip the VM's own address
 * @param mac the VM's own MAC address
 * @param vni network that {@code mac} and {@code dip} mean something in
 * @param gateway the VM's default gateway, an address of the host's kernel: packets to it are not the agent's
 */
public record VmPort(String name, Port port, Inet4Address dip, MacAddress mac, Vni vni, Inet4Address gateway) {}
