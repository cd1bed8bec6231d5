package tools.choco.onboarding.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** A key and a certificate that it signed itself, for some host names and a day. */
final class TestCertificate {

    /** Guards nothing: the files are gone with the test. */
    static final String PASSWORD = "not-secret";

    private static final String ALIAS = "receiver";

    private final KeyStore store;

    private TestCertificate(KeyStore store) {
        this.store = store;
    }

    /** Makes one, with the JDK's own tool. */
    static TestCertificate of(Path directory, String... hosts)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path file = Files.createTempDirectory(directory, "certificate-").resolve("keys.p12");
        String names = Stream.of(hosts).map(host -> "dns:" + host).collect(Collectors.joining(","));
        Process keytool =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                                .toString(),
                                        "-genkeypair",
                                        "-alias",
                                        ALIAS,
                                        "-keyalg",
                                        "EC",
                                        "-groupname",
                                        "secp256r1",
                                        "-dname",
                                        "CN=receiver",
                                        "-ext",
                                        "san=" + names,
                                        "-validity",
                                        "1",
                                        "-storetype",
                                        "PKCS12",
                                        "-storepass",
                                        PASSWORD,
                                        "-keystore",
                                        file.toString()))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        return new TestCertificate(KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray()));
    }

    /** For a server that shows it. */
    X509ExtendedKeyManager keys() throws GeneralSecurityException {
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        return (X509ExtendedKeyManager) keys.getKeyManagers()[0];
    }

    /** Writes a trust store that has some certificates and no others. */
    static void trustOnly(Path file, TestCertificate... trusted)
            throws IOException, GeneralSecurityException {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        for (TestCertificate certificate : trusted) {
            trust.setCertificateEntry(
                    "trusted-" + Arrays.asList(trusted).indexOf(certificate),
                    certificate.store.getCertificate(ALIAS));
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            trust.store(out, PASSWORD.toCharArray());
        }
    }
}
