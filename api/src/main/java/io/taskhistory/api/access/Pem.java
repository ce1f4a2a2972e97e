package io.taskhistory.api.access;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys as text files hold them (RFC 7468). The JDK reads certificates, and keys in the form of
 * PKCS #8; the two older forms of a key become that by what the certificate says of its algorithm:
 *
 * <pre>
 *   SubjectPublicKeyInfo ::= SEQUENCE { AlgorithmIdentifier, BIT STRING }                    RFC 5280, 4.1
 *   PrivateKeyInfo       ::= SEQUENCE { INTEGER 0, AlgorithmIdentifier, OCTET STRING key }   RFC 5208, 5
 * </pre>
 */
final class Pem {

  private static final Pattern KEY = Pattern.compile(
      "-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----([^-]*)-----END \\1-----");
  private static final int MOST_BYTES = 1 << 20;
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final byte[] ZERO = {0x02, 0x01, 0x00};

  private Pem() {}

  /**
   * All certificates of a file, at least one.
   *
   * @throws TlsException where there is none, or one cannot be read
   */
  static List<X509Certificate> certificates(Path file) {
    try {
      List<X509Certificate> found = CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(bytes(file))).stream().map(X509Certificate.class::cast).toList();
      if (found.isEmpty()) {
        throw new TlsException(file + " holds no certificate; it has to have -----BEGIN CERTIFICATE----- in it");
      }
      return found;
    } catch (CertificateException e) {
      throw new TlsException(file + " holds no certificate that can be read: " + e.getMessage(), e);
    }
  }

  /**
   * The private key of a file, which is of {@code owner}.
   *
   * @throws TlsException where there is none that can be read
   */
  static PrivateKey key(Path file, PublicKey owner) {
    Matcher m = KEY.matcher(new String(bytes(file), StandardCharsets.ISO_8859_1));
    if (!m.find()) {
      throw new TlsException(file + " holds no private key; it has to have -----BEGIN PRIVATE KEY----- in it");
    }
    String form = String.valueOf(m.group(1));
    if (form.startsWith("ENCRYPTED") || String.valueOf(m.group(2)).contains("ENCRYPTED")) {
      throw new TlsException(file + " holds a key that is encrypted; nobody is there to be asked for the passphrase when"
          + " the service starts: openssl pkcs8 -in " + file + " -out FILE writes one that is not");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(String.valueOf(m.group(2)));
      byte[] pkcs8 = form.equals("PRIVATE KEY") ? der : pkcs8(der, owner);
      return KeyFactory.getInstance(owner.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new TlsException(file + " holds no key that goes with a certificate for " + owner.getAlgorithm() + ": "
          + e.getMessage(), e);
    }
  }

  private static byte[] pkcs8(byte[] key, PublicKey owner) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(ZERO);
    content.writeBytes(algorithm(owner.getEncoded()));
    content.writeBytes(tagged(OCTET_STRING, key));
    return tagged(SEQUENCE, content.toByteArray());
  }

  /** The first thing within what is one thing itself; both are shorter than 64 KiB. */
  private static byte[] algorithm(byte[] publicKeyInfo) {
    int start = header(publicKeyInfo, 0);
    int end = start + header(publicKeyInfo, start) + length(publicKeyInfo, start);
    return Arrays.copyOfRange(publicKeyInfo, start, end);
  }

  /** How many bytes tag and length take. */
  private static int header(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return first < 0x80 ? 2 : 2 + (first & 0x7f);
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    int length = first < 0x80 ? first : 0;
    for (int i = at + 2; i < at + header(der, at); i++) {
      length = length << 8 | der[i] & 0xff;
    }
    return length;
  }

  private static byte[] tagged(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      out.write(0x82);
      out.write(content.length >> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new TlsException(file + " is too large for a key or a certificate");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new TlsException(file + " is not there", e);
    } catch (IOException e) {
      throw new TlsException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
