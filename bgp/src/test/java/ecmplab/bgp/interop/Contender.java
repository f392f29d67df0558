package ecmplab.bgp.interop;

import java.nio.file.Path;
import java.util.Map;

/** A routing daemon that we peer with. One object for all its lives in one namespace. */
interface Contender {
    /** Name and version. */
    String title() throws Exception;

    /** Starts it, with what it announces. */
    Daemon start(Path folder, Link link, Terms terms) throws Exception;

    /** Whether it has what it is to announce. */
    default boolean isReady(Daemon daemon, Terms terms) throws Exception {
        return daemon.isAlive();
    }

    /** What it has from us: by prefix, next hop, AS path and communities, parted by {@code |}. */
    Map<String, String> table(Daemon daemon, Link link, boolean six) throws Exception;

    /** Makes it ask us for all routes again; false when it cannot. */
    boolean askForRefresh(Daemon daemon, Link link) throws Exception;

    /** Ends the session from its side with a text for our operator; false when it cannot say one. */
    boolean shutDown(Daemon daemon, Link link, String text) throws Exception;

    /** Whether it shows the text that we ended the session with, somewhere. */
    default boolean shows(Daemon daemon, String text) throws Exception {
        return daemon.log().contains(text);
    }

    /** What it cannot do, and why; empty when it can. */
    default String cannot(Feature feature) {
        return "";
    }
}
