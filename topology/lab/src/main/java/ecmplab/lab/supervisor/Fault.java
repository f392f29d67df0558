package ecmplab.lab.supervisor;

import java.time.Instant;

/**
 * Something done to a node or a line on purpose.
 *
 * @param id counts up from 1 in the life of the lab
 * @param act {@code kill}, {@code stop}, {@code cont}, {@code restart} or {@code impair}
 * @param target a node, or a line: {@code edge:eth1--mux1:eth0}
 * @param how what was done to a line; empty for a node
 * @param pid of the node's process, as the machine sees it, when it was done; 0 for a line
 * @param time when it was done: after the signal was sent or the process started, but before the first end of a line was told
 */
public record Fault(int id, String act, String target, String how, long pid, Instant time) {
    @Override
    public String toString() {
        return "fault " + id + ": " + act + " " + target + (how.isEmpty() ? " (pid " + pid + ")" : " " + how) + " at "
                + time;
    }
}
