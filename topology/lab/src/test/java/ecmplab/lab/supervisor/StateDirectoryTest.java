package ecmplab.lab.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    @TempDir
    Path folder;

    @Test
    void aNewDirectoryIsOursAloneAndHasAnOwnerFromItsFirstMoment() throws IOException {
        var base = folder.resolve("labs");
        var lab = StateDirectory.create(base, "hello");
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(base)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(lab.path())));
        assertEquals(ProcessHandle.current().pid(), lab.owner().orElseThrow().pid());
        assertTrue(lab.alive());
        assertEquals(List.of(lab), StateDirectory.running(base));
    }

    @Test
    void onlyOneLabOfANameRuns() throws IOException {
        var lab = StateDirectory.create(folder, "hello");
        Files.writeString(lab.path().resolve("keep"), "me");
        var taken = assertThrows(FileAlreadyExistsException.class, () -> StateDirectory.create(folder, "hello"));
        assertTrue(String.valueOf(taken.getReason()).contains("lab hello is running"), taken.toString());
        assertTrue(Files.exists(lab.path().resolve("keep")));
        StateDirectory.create(folder, "other");
        assertEquals(
                List.of("hello", "other"),
                StateDirectory.running(folder).stream()
                        .map(StateDirectory::name)
                        .toList());
    }

    @Test
    void whatADeadLabLeftIsSweptByTheNext() throws IOException {
        var dead = folder.resolve("hello");
        Files.createDirectories(dead.resolve("edge.frr"));
        Files.writeString(dead.resolve("owner"), noProcess() + "\n");
        Files.writeString(dead.resolve("edge.frr/zserv.api"), "");
        var lab = StateDirectory.create(folder, "hello");
        assertTrue(lab.alive());
        assertFalse(Files.exists(lab.path().resolve("edge.frr")));
    }

    @Test
    void lookingForRunningLabsSweepsDeadOnes() throws IOException {
        for (var name : List.of("dead", ".draft.1", "torn")) {
            Files.createDirectories(folder.resolve(name));
        }
        Files.writeString(folder.resolve("dead/owner"), noProcess() + "\n");
        Files.writeString(folder.resolve(".draft.1/owner"), noProcess() + "\n");
        Files.writeString(folder.resolve("torn/owner"), "12");
        assertEquals(List.of(), StateDirectory.running(folder));
        try (var left = Files.list(folder)) {
            assertEquals(
                    List.of(".lock"),
                    left.map(path -> path.getFileName().toString()).toList());
        }
    }

    @Test
    void aProcessThatHasTheNumberOfTheOwnerIsNotTheOwner() throws IOException {
        var self = ProcessId.of(ProcessHandle.current().pid()).orElseThrow();
        Files.createDirectories(folder.resolve("reused"));
        Files.writeString(folder.resolve("reused/owner"), new ProcessId(self.pid(), self.startTime() - 1) + "\n");
        assertFalse(new StateDirectory(folder.resolve("reused")).alive());
        assertTrue(self.alive());
        assertFalse(self.stopped());
    }

    @Test
    void aPathThatIsTooLongForSocketsIsRefused() {
        var deep = folder.resolve("x".repeat(100));
        var refused = assertThrows(FileSystemException.class, () -> StateDirectory.create(deep, "hello"));
        assertTrue(String.valueOf(refused.getReason()).contains("too long for sockets"), refused.toString());
    }

    /** The identity of a process that has ended. */
    private static ProcessId noProcess() {
        return new ProcessId(1, 0);
    }
}
