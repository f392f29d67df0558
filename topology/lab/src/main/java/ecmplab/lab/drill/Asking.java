package ecmplab.lab.drill;

import ecmplab.lab.control.ControlClient;
import ecmplab.lab.control.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Asks the nodes of a lab, by their control sockets. */
record Asking(Path directory) {
    private static final Logger LOG = LoggerFactory.getLogger(Asking.class);
    /** A node that was stopped gives no answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** @throws IOException when it does not answer, or not well */
    String said(String node, List<String> words) throws IOException {
        return said(node, words, PATIENCE);
    }

    String said(String node, List<String> words, Duration patience) throws IOException {
        var said = ControlClient.ask(directory.resolve(node + ".sock"), words, patience);
        if (said.code() != 0) {
            throw new IOException(node + ": " + said.text().strip());
        }
        return said.text();
    }

    JsonNode json(String node, List<String> words) throws IOException {
        return Json.MAPPER.readTree(said(node, words));
    }

    /** What it answers, or an empty list when it does not. */
    JsonNode jsonOrNothing(String node, List<String> words) {
        try {
            return json(node, words);
        } catch (IOException | JacksonException silent) {
            LOG.debug("{} does not answer {}", node, words, silent);
            return Json.MAPPER.createArrayNode();
        }
    }

    boolean ready(String node) {
        try {
            said(node, List.of("ready"));
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
