package ecmplab.lab.authority;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.lab.authority.LabAuthority.Credentials;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabAuthorityTest {
    @TempDir
    Path folder;

    @Test
    void twoNodesOfALabAcceptEachOther() throws IOException {
        var authority = LabAuthority.create(folder, "reference");
        var server = authority.issue("controller", List.of(InetAddress.ofLiteral("172.31.0.2")));
        var client = authority.issue("mux1", List.of(InetAddress.ofLiteral("172.31.0.3")));

        handshake(LabTls.server(server), LabTls.client(client), "172.31.0.2");

        assertEquals(Credentials.of(folder, "controller"), server);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(server.key())));
    }

    @Test
    void aNodeOfAnotherLabIsRefused() throws IOException {
        var server =
                LabAuthority.create(folder, "one").issue("controller", List.of(InetAddress.ofLiteral("172.31.0.2")));
        var elsewhere = Files.createDirectory(folder.resolve("other"));
        var client = LabAuthority.create(elsewhere, "other").issue("mux1", List.of());
        var trusting = new Credentials(server.authority(), client.certificate(), client.key());

        assertThrows(SSLException.class, () -> handshake(LabTls.server(server), LabTls.client(trusting), "172.31.0.2"));
    }

    @Test
    void aServerAtAnotherAddressThanItsCertificateNamesIsRefused() throws IOException {
        var authority = LabAuthority.create(folder, "reference");
        var server = authority.issue("controller", List.of(InetAddress.ofLiteral("172.31.0.2")));
        var client = authority.issue("mux1", List.of());

        assertThrows(SSLException.class, () -> handshake(LabTls.server(server), LabTls.client(client), "172.31.0.9"));
    }

    @Test
    void whatIsNoKeyIsSaidToBeNone() throws IOException {
        var own = LabAuthority.create(folder, "reference").issue("mux1", List.of());
        Files.writeString(own.key(), "no PEM");

        var refused = assertThrows(IOException.class, () -> LabTls.client(own));
        assertTrue(refused.toString().contains("mux1."), refused.toString());
    }

    /** Runs a TLS handshake between two engines in memory, until both are done. */
    private static void handshake(SslContext serverContext, SslContext clientContext, String address)
            throws SSLException {
        var allocator = io.netty.buffer.UnpooledByteBufAllocator.DEFAULT;
        var server = serverContext.newEngine(allocator);
        var client = clientContext.newEngine(allocator, address, 6640);
        var toServer = ByteBuffer.allocate(64 * 1024);
        var toClient = ByteBuffer.allocate(64 * 1024);
        client.beginHandshake();
        server.beginHandshake();
        for (int turn = 0; turn < 100; turn++) {
            turn(client, toClient, toServer);
            turn(server, toServer, toClient);
            if (done(client) && done(server) && toServer.position() == 0 && toClient.position() == 0) {
                return;
            }
        }
        throw new SSLException("no end of the handshake");
    }

    private static boolean done(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void turn(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        engine.wrap(ByteBuffer.allocate(0), out);
        in.flip();
        engine.unwrap(in, ByteBuffer.allocate(64 * 1024));
        in.compact();
    }
}
