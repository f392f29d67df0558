package ecmplab.lab.control;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.exc.JacksonIOException;

/** A JSON object written member by member, indented, so that a long one is never in memory. Not closed, it stays unfinished. */
public final class JsonObject implements AutoCloseable {
    private final Writer out;
    private final JsonGenerator generator;
    private int depth;

    /** Begins it. */
    public JsonObject(Writer out) throws IOException {
        this.out = out;
        // the generator closes what it writes to, but the answer may go on
        generator = Json.MAPPER.writerWithDefaultPrettyPrinter().createGenerator(new FilterWriter(out) {
            @Override
            public void close() throws IOException {
                flush();
            }

            @Override
            public void flush() {}
        });
        begin();
    }

    /** Adds a member; records, maps, lists and numbers. */
    public JsonObject add(String name, Object value) throws IOException {
        try {
            generator.writeName(name);
            generator.writePOJO(value);
            return this;
        } catch (JacksonIOException gone) {
            throw gone.getCause();
        }
    }

    /** Adds members. */
    public JsonObject addAll(Map<String, ?> members) throws IOException {
        for (var member : members.entrySet()) {
            add(member.getKey(), member.getValue());
        }
        return this;
    }

    /** Begins an object within, to which members are added until {@link #end}. */
    public JsonObject begin(String name) throws IOException {
        try {
            generator.writeName(name);
        } catch (JacksonIOException gone) {
            throw gone.getCause();
        }
        begin();
        return this;
    }

    private void begin() throws IOException {
        try {
            generator.writeStartObject();
            depth++;
        } catch (JacksonIOException gone) {
            throw gone.getCause();
        }
    }

    /** Ends what was begun last. */
    public JsonObject end() throws IOException {
        try {
            generator.writeEndObject();
            depth--;
            return this;
        } catch (JacksonIOException gone) {
            throw gone.getCause();
        }
    }

    /** Ends all that was begun, with a line feed. */
    @Override
    public void close() throws IOException {
        while (depth > 0) {
            end();
        }
        try {
            generator.close();
        } catch (JacksonIOException gone) {
            throw gone.getCause();
        }
        out.write('\n');
    }
}
