package ecmplab.lab.authority;

import ecmplab.lab.authority.LabAuthority.Credentials;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS between the nodes of a lab: both sides show a certificate of the lab's authority and trust no other. Made of the JDK's
 * parts alone: Netty's own builder tries Bouncy Castle and keeps keys in encrypted key stores, which together cost a node half
 * a second of processor time at its start.
 */
public final class LabTls {
    private static final char[] NO_PASSWORD = new char[0];

    private LabTls() {}

    /** For a server; clients without a certificate of the authority are refused. */
    public static SslContext server(Credentials own) throws IOException {
        return netty(own, false);
    }

    /** For a client; the server's certificate must also name the address that was asked for. */
    public static SslContext client(Credentials own) throws IOException {
        return new DelegatingSslContext(netty(own, true)) {
            @Override
            protected void initEngine(SSLEngine engine) {
                var parameters = engine.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                engine.setSSLParameters(parameters);
            }
        };
    }

    private static SslContext netty(Credentials own, boolean client) throws IOException {
        return new JdkSslContext(
                context(own),
                client,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                ApplicationProtocolConfig.DISABLED,
                client ? ClientAuth.NONE : ClientAuth.REQUIRE,
                null,
                false);
    }

    private static SSLContext context(Credentials own) throws IOException {
        try {
            var keys = store();
            keys.setKeyEntry("own", key(own.key()), NO_PASSWORD, new Certificate[] {certificate(own.certificate())});
            var managers = KeyManagerFactory.getInstance("SunX509");
            managers.init(keys, NO_PASSWORD);
            var trusted = store();
            trusted.setCertificateEntry("authority", certificate(own.authority()));
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException wrong) {
            throw new IOException("credentials " + own.certificate() + " cannot be used: " + wrong.getMessage(), wrong);
        }
    }

    /** In memory, for a moment: the one type of the JDK that does not encrypt what is put into it at length. */
    private static KeyStore store() throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("JKS");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static PrivateKey key(Path pem) throws IOException, GeneralSecurityException {
        var base64 = Files.readString(pem).replaceAll("-----[A-Z ]+-----|\\s", "");
        try {
            return KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        } catch (IllegalArgumentException notBase64) {
            throw new IOException(pem + " is no key in PEM", notBase64);
        }
    }

    private static Certificate certificate(Path pem) throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
