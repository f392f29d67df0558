package ecmplab.lab.supervisor;

import java.time.Instant;

/**
 * Something done to a node on purpose.
 *
 * @param id counts up from 1 in the life of the lab
 * @param act {@code kill}, {@code stop}, {@code cont} or {@code restart}
 * @param pid of the node's process, as the machine sees it, when it was done
 * @param time when it was done: after the signal was sent, or the process started
 */
public record Fault(int id, String act, String target, long pid, Instant time) {
    @Override
    public String toString() {
        return "fault " + id + ": " + act + " " + target + " (pid " + pid + ") at " + time;
    }
}
