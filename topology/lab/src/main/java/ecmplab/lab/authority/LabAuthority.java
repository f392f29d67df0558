package ecmplab.lab.authority;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority that lives as long as its lab. It writes {@code ca.pem} once, and for each node {@code NODE.pem} and
 * {@code NODE.key} (PKCS #8), readable by the owner only; its own key is never written. Keys are P-256 (FIPS 186-5), certificates
 * X.509 v3 (RFC 5280) for 30 days.
 */
public final class LabAuthority {
    private static final Duration LIFE = Duration.ofDays(30);
    private static final Duration CLOCK_SKEW = Duration.ofHours(1);

    private final Path folder;
    private final X500Name name;
    private final KeyPair keys;
    private final SecureRandom random = new SecureRandom();

    private LabAuthority(Path folder, X500Name name, KeyPair keys) {
        this.folder = folder;
        this.name = name;
        this.keys = keys;
    }

    /** Where a node finds what it needs for TLS. All three are PEM. */
    public record Credentials(Path authority, Path certificate, Path key) {
        /** The files of {@code node} in the lab's state directory. */
        public static Credentials of(Path folder, String node) {
            return new Credentials(
                    folder.resolve("ca.pem"), folder.resolve(node + ".pem"), folder.resolve(node + ".key"));
        }
    }

    /** Makes the lab's authority and writes its certificate. */
    public static LabAuthority create(Path folder, String lab) throws IOException {
        var authority = new LabAuthority(folder, new X500Name("CN=" + lab + ",O=ECMP Lab"), keyPair());
        var certificate = authority.sign(authority.name, authority.keys, List.of(), true);
        write(folder.resolve("ca.pem"), pem(certificate));
        return authority;
    }

    /** Writes key and certificate of a node, good as server and as client at the given addresses. */
    public Credentials issue(String node, List<InetAddress> addresses) throws IOException {
        var nodeKeys = keyPair();
        var names = new ArrayList<GeneralName>();
        names.add(new GeneralName(GeneralName.dNSName, node));
        addresses.forEach(address -> names.add(new GeneralName(GeneralName.iPAddress, address.getHostAddress())));
        var certificate = sign(new X500Name("CN=" + node + ",O=ECMP Lab"), nodeKeys, names, false);
        var credentials = Credentials.of(folder, node);
        write(credentials.certificate(), pem(certificate));
        write(credentials.key(), pem(new JcaPKCS8Generator(nodeKeys.getPrivate(), null)));
        return credentials;
    }

    private X509Certificate sign(X500Name subject, KeyPair subjectKeys, List<GeneralName> names, boolean authority)
            throws IOException {
        try {
            var now = Instant.now();
            var builder = new JcaX509v3CertificateBuilder(
                    name,
                    new BigInteger(127, random).setBit(126),
                    Date.from(now.minus(CLOCK_SKEW)),
                    Date.from(now.plus(LIFE)),
                    subject,
                    subjectKeys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (authority) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            } else {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                    KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                }));
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (GeneralSecurityException | OperatorCreationException failed) {
            throw new IOException("signing the certificate of " + subject, failed);
        }
    }

    private static KeyPair keyPair() throws IOException {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException absent) {
            throw new IOException("this JDK has no P-256 keys", absent);
        }
    }

    private static String pem(Object item) throws IOException {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(item);
        }
        return text.toString();
    }

    private static void write(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
    }
}
