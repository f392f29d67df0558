package ecmplab.lab.authority;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ecmplab.lab.authority.LabAuthority.Credentials;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
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

        handshake(server(server), client(client));

        assertEquals(Credentials.of(folder, "controller"), server);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(server.key())));
    }

    @Test
    void aNodeOfAnotherLabIsRefused() throws IOException {
        var server = LabAuthority.create(folder, "one").issue("controller", List.of());
        var elsewhere = Files.createDirectory(folder.resolve("other"));
        var client = LabAuthority.create(elsewhere, "other").issue("mux1", List.of());
        var trusting = new Credentials(server.authority(), client.certificate(), client.key());

        assertThrows(SSLException.class, () -> handshake(server(server), client(trusting)));
    }

    private static SslContext server(Credentials own) throws IOException {
        return SslContextBuilder.forServer(own.certificate().toFile(), own.key().toFile())
                .trustManager(own.authority().toFile())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
    }

    private static SslContext client(Credentials own) throws IOException {
        return SslContextBuilder.forClient()
                .keyManager(own.certificate().toFile(), own.key().toFile())
                .trustManager(own.authority().toFile())
                .endpointIdentificationAlgorithm(null)
                .build();
    }

    /** Runs a TLS handshake between two engines in memory, until both are done. */
    private static void handshake(SslContext serverContext, SslContext clientContext) throws SSLException {
        var allocator = io.netty.buffer.UnpooledByteBufAllocator.DEFAULT;
        var server = serverContext.newEngine(allocator);
        var client = clientContext.newEngine(allocator);
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
