package ecmplab.mux.table;

import ecmplab.packet.MacAddress;
import ecmplab.packet.Vni;
import java.net.InetAddress;

/**
 * A backend of an endpoint. Members are ordered by {@code id}, which is stable for the life of the backend.
 *
 * @param dip the backend's own address, {@code port} what it listens on
 * @param host provider address of the host it runs on, where its VXLAN goes
 * @param mac the VM's address in its network {@code vni}
 * @param weight share of slots relative to the others; 0 takes no new flows
 */
public record Member(String id, InetAddress dip, int port, InetAddress host, MacAddress mac, Vni vni, int weight) {
    public Member {
        if (weight < 0 || weight > 1000) {
            throw new IllegalArgumentException("weight " + weight + " of " + id + ": must be 0 to 1000");
        }
    }
}
