package ecmplab.lab.control;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer. While an answer is waited for or written, a second virtual thread waits for the end of the connection and
 * then interrupts this one: Ctrl-C at a terminal also ends the node's work.
 */
final class Conversation {
    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);

    private final SocketChannel connection;
    private final InputStream in;
    private final CommandTree commands;
    private final Thread worker = Thread.currentThread();
    private volatile boolean gone;

    /** Belongs to the thread that makes it. */
    Conversation(SocketChannel connection, InputStream in, CommandTree commands) {
        this.connection = connection;
        this.in = in;
        this.commands = commands;
    }

    /** Answers; {@code --json}, or {@code json} as the last word as in vtysh, chooses the form. */
    void answer(List<String> request) throws IOException {
        var words = new ArrayList<>(request);
        boolean json = words.remove("--json");
        if (words.size() > 1 && words.getLast().equals("json")) {
            json = true;
            words.removeLast();
        }
        Answer answer;
        try {
            answer = commands.answer(words);
        } catch (RuntimeException bug) {
            answer = bug(words, bug);
        }
        Thread.ofVirtual().name("control-watch").start(this::watch);
        var known = known(words, answer);
        var out = new Chunks.Out(Channels.newOutputStream(connection), known.code());
        int code = known.code();
        var writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        try {
            (json ? known.json() : known.text()).write(writer);
        } catch (RuntimeException bug) {
            code = Answer.FALSE;
            if (!gone) {
                write(bug(words, bug), writer);
            }
        }
        writer.flush();
        out.end(code);
    }

    private static void write(Answer.Known answer, Writer writer) throws IOException {
        answer.text().write(writer);
    }

    private Answer.Known known(List<String> words, Answer answer) throws IOException {
        var next = answer;
        while (next instanceof Answer.Awaited(var awaited)) {
            try {
                next = awaited.call();
            } catch (IOException | RuntimeException failed) {
                next = bug(words, failed);
            } catch (InterruptedException ended) {
                throw new IOException("whoever asked is gone", ended);
            } catch (Exception failed) {
                next = bug(words, failed);
            }
        }
        return (Answer.Known) next;
    }

    private Answer.Known bug(List<String> words, Exception bug) {
        if (!gone) {
            LOG.error("answering {}", words, bug);
        }
        return new Answer.Known(Answer.FALSE, out -> {}, out -> out.write("internal error: " + bug + "\n"));
    }

    /** Ends with the connection. */
    private void watch() {
        try {
            while (in.read() >= 0) {
                // a request is one line; more of it means nothing
            }
            gone = true;
            worker.interrupt();
        } catch (IOException answered) {
            LOG.trace("the connection was closed here", answered);
        }
    }
}
