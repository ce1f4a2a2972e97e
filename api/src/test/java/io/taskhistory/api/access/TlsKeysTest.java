package io.taskhistory.api.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.api.access.Authority.Issued;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and certificates as openssl(1) writes them. */
class TlsKeysTest {

  @TempDir
  private Path directory;

  private Authority authority;

  @BeforeEach
  void make() throws Exception {
    authority = new Authority(directory, "ca");
  }

  private static TlsKeys read(Path certificate, Path key, @Nullable Path clientCa) {
    return TlsKeys.read(new TlsFiles(certificate, key, clientCa, true, List.of("More.example", "2001:DB8::1")));
  }

  private static void assertRefused(Path certificate, Path key, String reason, Path culprit) {
    assertThatThrownBy(() -> read(certificate, key, null)).isInstanceOf(TlsException.class)
        .hasMessageContaining(reason).hasMessageContaining(culprit.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-384", "ed25519"})
  void key_ofEachKind_isRead(String kind) throws Exception {
    Issued own = authority.issue("own", "DNS:host.example", List.of(("-newkey " + kind).split(" ")), "-days", "1");
    assertThat(read(own.certificate(), own.key(), authority.root()).names())
        .containsExactlyInAnyOrder("host.example", "more.example", "[2001:db8:0:0:0:0:0:1]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256"})
  void key_inItsOlderForm_isRead(String kind) throws Exception {
    Issued own = authority.issue("own", "IP:127.0.0.1", List.of(("-newkey " + kind).split(" ")), "-days", "1");
    Path older = directory.resolve("older.key");
    Authority.openssl(kind.startsWith("rsa") ? "rsa" : "ec", "-in", own.key().toString(),
        kind.startsWith("rsa") ? "-traditional" : "-no_public", "-out", older.toString());
    assertThat(Files.readString(older)).contains(kind.startsWith("rsa") ? "BEGIN RSA PRIVATE" : "BEGIN EC PRIVATE");
    assertThat(read(own.certificate(), older, null).names()).contains("127.0.0.1");
  }

  @Test
  void key_encrypted_isRefusedWithWhatToDo() throws Exception {
    Issued own = authority.issue("own", "DNS:a");
    Path encrypted = directory.resolve("encrypted.key");
    Authority.openssl("pkcs8", "-topk8", "-in", own.key().toString(), "-passout", "pass:x", "-out",
        encrypted.toString());
    assertRefused(own.certificate(), encrypted, "openssl pkcs8", encrypted);
  }

  @Test
  void key_ofAnotherCertificate_isRefused() throws Exception {
    Issued own = authority.issue("own", "DNS:a");
    Issued other = authority.issue("other", "DNS:a");
    Issued rsa = authority.issue("rsa", "DNS:a", List.of("-newkey", "rsa:2048"), "-days", "1");
    assertRefused(own.certificate(), other.key(), "not the key", other.key());
    assertRefused(own.certificate(), rsa.key(), "no key that goes with", rsa.key());
  }

  @Test
  void certificate_expired_isRefused() throws Exception {
    Issued old = authority.expired("old", "DNS:a");
    assertRefused(old.certificate(), old.key(), "valid from 2020-01-01T00:00:00Z to 2020-01-02", old.certificate());
  }

  @Test
  void file_thatIsNone_isRefused() throws Exception {
    Issued own = authority.issue("own", "DNS:a");
    Path none = directory.resolve("none");
    assertRefused(none, own.key(), "is not there", none);
    assertRefused(own.certificate(), none, "is not there", none);
    assertRefused(own.key(), own.key(), "no certificate", own.key());
    assertRefused(own.certificate(), own.certificate(), "no private key", own.certificate());
    Path garbage = Files.writeString(directory.resolve("garbage"),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nAAAA\n"
            + "-----END CERTIFICATE-----\n");
    assertRefused(garbage, own.key(), "no certificate that can be read", garbage);
    assertRefused(own.certificate(), garbage, "no key that goes with", garbage);
    assertRefused(Path.of("/proc/self"), own.key(), "cannot be read", Path.of("/proc/self"));
  }
}
