package ecmplab.lab.supervisor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a lab keeps its files: {@code ${ECMPLAB_STATE:-/tmp/ecmplab-$UID}/NAME/}, mode 0700. It exists while the lab runs,
 * and its {@code owner} says whose it is, so that what a crashed run left is known for what it is and swept. Uses the JDK only.
 *
 * <pre>
 * owner               number and start time of the process that removes the directory in the end
 * supervisor.sock     control socket of the supervisor        NODE.sock    of a node
 * lab.json            the resolved lab                        NODE.json    the node's configuration
 * nodes               a line NAME KIND for each process       NODE.pid     number and start time
 * supervisor.log                                              NODE.log, NODE.events.jsonl
 * </pre>
 */
public record StateDirectory(Path path) {
    /** A Unix socket's path may have 107 octets; node names have at most 15. */
    private static final int LONGEST_PATH = 107 - "/supervisor.sock".length();

    /** The directory of all labs of this user. */
    public static Path base() {
        var set = System.getenv("ECMPLAB_STATE");
        return set != null && !set.isEmpty() ? Path.of(set).toAbsolutePath() : Path.of("/tmp/ecmplab-" + uid());
    }

    /** The user of this process, as the machine sees it. */
    public static long uid() {
        try {
            return ((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
        } catch (IOException noProc) {
            throw new IllegalStateException("/proc is not mounted", noProc);
        }
    }

    /** The name of the lab. */
    public String name() {
        return path.getFileName().toString();
    }

    public Path supervisorSocket() {
        return path.resolve("supervisor.sock");
    }

    public Path supervisorLog() {
        return path.resolve("supervisor.log");
    }

    public Path labFile() {
        return path.resolve("lab.json");
    }

    public Path socket(String node) {
        return path.resolve(node + ".sock");
    }

    public Path config(String node) {
        return path.resolve(node + ".json");
    }

    public Path log(String node) {
        return path.resolve(node + ".log");
    }

    public Path pidFile(String node) {
        return path.resolve(node + ".pid");
    }

    /** The lab's directory, whether it runs or not. */
    public static StateDirectory of(String name) {
        return new StateDirectory(base().resolve(name));
    }

    /** Labs that run, by name; what is left of dead ones is removed. */
    public static List<StateDirectory> running() throws IOException {
        return running(base());
    }

    static List<StateDirectory> running(Path base) throws IOException {
        var running = new ArrayList<StateDirectory>();
        if (!Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS)) {
            return running;
        }
        checkOurs(base);
        try (var lock = new Lock(base);
                var entries = Files.newDirectoryStream(base)) {
            for (var entry : entries) {
                var directory = new StateDirectory(entry);
                if (directory.name().equals(Lock.FILE)) {
                    continue;
                }
                if (directory.owner().filter(ProcessId::alive).isEmpty()) {
                    directory.sweep();
                } else if (!directory.name().startsWith(".")) {
                    running.add(directory);
                }
            }
        }
        running.sort((a, b) -> a.name().compareTo(b.name()));
        return running;
    }

    /**
     * Makes the directory for a new lab, owned by this process until the lab's own takes over.
     *
     * @throws FileAlreadyExistsException when a lab of that name runs
     */
    public static StateDirectory create(String name) throws IOException {
        return create(base(), name);
    }

    static StateDirectory create(Path base, String name) throws IOException {
        var directory = new StateDirectory(base.resolve(name));
        if (directory.path.toString().length() > LONGEST_PATH) {
            throw new FileSystemException(
                    directory.path.toString(),
                    null,
                    "longer than " + LONGEST_PATH + " octets, too long for sockets in it");
        }
        var onlyUs = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        if (!Files.exists(base, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(base.getParent());
            try {
                Files.createDirectory(base, onlyUs);
            } catch (FileAlreadyExistsException madeMeanwhile) {
                // checked next
            }
        }
        checkOurs(base);
        long self = ownPid();
        var draft = new StateDirectory(base.resolve("." + name + "." + self));
        Files.createDirectory(draft.path, onlyUs);
        Files.writeString(draft.path.resolve("owner"), ProcessId.of(self).orElseThrow() + "\n");
        try (var lock = new Lock(base)) {
            draft.moveTo(directory);
        } catch (FileAlreadyExistsException taken) {
            draft.sweep();
            throw taken;
        }
        return directory;
    }

    /** Looking whether a lab is dead and sweeping it must be one step, or a new lab of that name could be swept. */
    private static final class Lock implements AutoCloseable {
        static final String FILE = ".lock";
        private final FileChannel channel;

        Lock(Path base) throws IOException {
            channel = FileChannel.open(base.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** A directory is never seen without its owner: it is filled under another name, and renamed if the name is free. */
    private void moveTo(StateDirectory directory) throws IOException {
        for (int attempt = 0; attempt < 3; attempt++) {
            try {
                Files.move(path, directory.path, StandardCopyOption.ATOMIC_MOVE);
                return;
            } catch (DirectoryNotEmptyException taken) {
                directory.sweepIfDead();
            } catch (FileSystemException taken) {
                if (!Files.exists(directory.path)) {
                    throw taken;
                }
                directory.sweepIfDead();
            }
        }
        throw new FileAlreadyExistsException(directory.path.toString(), null, "changes all the time");
    }

    private void sweepIfDead() throws IOException {
        if (owner().filter(ProcessId::alive).isPresent()) {
            throw new FileAlreadyExistsException(
                    path.toString(), null, "lab " + name() + " is running: 'lab destroy -l " + name() + "' ends it");
        }
        sweep();
    }

    /** The process that will remove the directory. */
    public Optional<ProcessId> owner() {
        try {
            return ProcessId.parse(Files.readString(path.resolve("owner")));
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /** Whether the lab runs, or is being started. */
    public boolean alive() {
        return owner().filter(ProcessId::alive).isPresent();
    }

    /** Every process of the lab with its kind, in order; empty when there is no such lab. */
    public Map<String, String> nodes() throws IOException {
        var nodes = new LinkedHashMap<String, String>();
        try {
            for (var line : Files.readAllLines(path.resolve("nodes"))) {
                int blank = line.indexOf(' ');
                nodes.put(line.substring(0, blank), line.substring(blank + 1));
            }
        } catch (NoSuchFileException notYet) {
            return nodes;
        }
        return nodes;
    }

    /** Removes the directory with all that is in it; nothing happens when it is gone. */
    void sweep() throws IOException {
        var doomed = path.resolveSibling("." + name() + ".swept." + ownPid());
        try {
            Files.move(path, doomed, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException gone) {
            return;
        } catch (FileSystemException notADirectory) {
            Files.deleteIfExists(path);
            return;
        }
        Files.walkFileTree(doomed, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failed) throws IOException {
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Our own number in the machine's view, which in a lab is not what the kernel tells the process. */
    static long ownPid() throws IOException {
        return Long.parseLong(Files.readSymbolicLink(Path.of("/proc/self")).toString());
    }

    /** In {@code /tmp} anybody may make a directory of our name first. */
    private static void checkOurs(Path base) throws IOException {
        var owner = ((Integer) Files.getAttribute(base, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue();
        if (owner != uid() || !Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(
                    base.toString(), null, "belongs to user " + owner + ": set ECMPLAB_STATE to another directory");
        }
    }
}
