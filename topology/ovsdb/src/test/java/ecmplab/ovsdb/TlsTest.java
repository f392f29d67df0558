package ecmplab.ovsdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ecmplab.ovsdb.client.ClientEvent;
import ecmplab.ovsdb.client.OvsdbClient;
import ecmplab.ovsdb.data.DatabaseSchema;
import ecmplab.ovsdb.database.Database;
import ecmplab.ovsdb.rpc.OvsdbAddress;
import ecmplab.ovsdb.server.OvsdbServer;
import ecmplab.testkit.Await;
import ecmplab.testkit.Need;
import ecmplab.testkit.Needs;
import ecmplab.testkit.OvsdbServerProcess;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with certificates on both sides, over TCP. Each party is its own authority here; a lab has one for all. */
class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    /** A key and a certificate for 127.0.0.1, in PEM files: {@code NAME.key} and {@code NAME.crt}. */
    private void party(String name) throws Exception {
        var store = folder.resolve(name + ".p12");
        OvsdbServerProcess.run(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(PASSWORD));
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        write(name + ".key", "PRIVATE KEY", keys.getKey(name, PASSWORD).getEncoded());
        write(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded());
    }

    private void write(String file, String type, byte[] octets) throws Exception {
        var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets);
        Files.writeString(
                folder.resolve(file), "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n");
    }

    private OvsdbServer server() throws Exception {
        return OvsdbServer.start(
                List.of(Database.inMemory(DatabaseSchema.parse(OvsdbContract.SCHEMA))),
                OvsdbServer.Limits.USUAL,
                event -> {});
    }

    private InetSocketAddress listen(OvsdbServer server) throws Exception {
        var context = SslContextBuilder.forServer(
                        folder.resolve("server.crt").toFile(),
                        folder.resolve("server.key").toFile())
                .trustManager(folder.resolve("client.crt").toFile())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return (InetSocketAddress)
                server.listen(new OvsdbAddress.Tls(any, context)).socketAddress();
    }

    private OvsdbClient client(InetSocketAddress server, String own, String trusted, List<ClientEvent> events)
            throws Exception {
        var context = SslContextBuilder.forClient()
                .keyManager(
                        folder.resolve(own + ".crt").toFile(),
                        folder.resolve(own + ".key").toFile())
                .trustManager(folder.resolve(trusted + ".crt").toFile())
                .build();
        return OvsdbClient.connect(new OvsdbAddress.Tls(server, context), OvsdbClient.Options.USUAL, events::add);
    }

    @Test
    void bothSidesShowTheirCertificates() throws Exception {
        party("server");
        party("client");
        party("stranger");
        var events = new CopyOnWriteArrayList<ClientEvent>();
        try (var server = server()) {
            var address = listen(server);
            try (var client = client(address, "client", "server", events)) {
                Await.until("connected", client::isConnected);
                assertEquals(2, OvsdbContract.get(client.call("list_dbs")).size());
            }
            try (var misled = client(address, "client", "stranger", events)) {
                Await.until(
                        "the client does not trust the server",
                        () -> events.stream()
                                .anyMatch(event -> event instanceof ClientEvent.Disconnected gone
                                        && gone.why().contains("TLS")));
                assertFalse(misled.isConnected());
            }
            events.clear();
            try (var stranger = client(address, "stranger", "server", events)) {
                Await.until(
                        "the server does not trust the client",
                        () -> events.stream().anyMatch(ClientEvent.Disconnected.class::isInstance));
                assertTrue(stranger.call("list_dbs").isCompletedExceptionally()
                        || stranger.call("list_dbs")
                                .handle((answer, failed) -> failed != null)
                                .get());
            }
        }
    }

    @Test
    @Needs(Need.OVSDB_CLIENT)
    void theStockClientConnectsByTls() throws Exception {
        party("server");
        party("client");
        try (var server = server()) {
            var address = listen(server);
            assertEquals(
                    "_Server\ntest\n",
                    OvsdbServerProcess.run(
                            "ovsdb-client",
                            "--private-key=" + folder.resolve("client.key"),
                            "--certificate=" + folder.resolve("client.crt"),
                            "--ca-cert=" + folder.resolve("server.crt"),
                            "list-dbs",
                            "ssl:127.0.0.1:" + address.getPort()));
        }
    }
}
