package io.taskhistory.api.access;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * What was in {@link TlsFiles} at one time, checked: the key is the certificate's, and that is valid now.
 *
 * @param names what the service is called, as {@link Hosts#normal} writes it
 */
public record TlsKeys(SSLContext context, Set<String> names) {

  /** dNSName and iPAddress of GeneralName, RFC 5280, 4.2.1.6. */
  private static final Set<Integer> NAMES = Set.of(2, 7);
  private static final char[] IN_MEMORY = new char[0];
  private static final byte[] ANYTHING = new byte[32];

  /**
   * Reads the files.
   *
   * @throws TlsException where they cannot be used
   */
  static TlsKeys read(TlsFiles files) {
    List<X509Certificate> chain = Pem.certificates(files.certificate());
    X509Certificate own = chain.get(0);
    try {
      own.checkValidity();
    } catch (CertificateException e) {
      throw new TlsException(files.certificate() + " holds a certificate that is valid from "
          + own.getNotBefore().toInstant() + " to " + own.getNotAfter().toInstant() + " only", e);
    }
    PrivateKey key = Pem.key(files.key(), own.getPublicKey());
    try {
      if (!belongTogether(key, own.getPublicKey())) {
        throw new TlsException(files.key() + " is not the key of the certificate in " + files.certificate());
      }
      return new TlsKeys(context(chain, key, files.clientCa()), names(own, files.names()));
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsException(
          files.key() + " and " + files.certificate() + " cannot be used: " + e.getMessage(), e);
    }
  }

  /** A context for a client that believes in {@code ca} alone. */
  public static SSLContext clientContext(Path ca) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust(ca), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsException(ca + " cannot be used: " + e.getMessage(), e);
    }
  }

  private static boolean belongTogether(PrivateKey key, PublicKey owner) throws GeneralSecurityException {
    String algorithm = switch (owner.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> owner.getAlgorithm();
    };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(ANYTHING);
    byte[] signed = signature.sign();
    signature.initVerify(owner);
    signature.update(ANYTHING);
    return signature.verify(signed);
  }

  private static SSLContext context(List<X509Certificate> chain, PrivateKey key, @Nullable Path clientCa)
      throws GeneralSecurityException, IOException {
    KeyStore store = empty();
    store.setKeyEntry("own", key, IN_MEMORY, chain.toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, IN_MEMORY);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), clientCa == null ? new TrustManager[0] : trust(clientCa), null);
    return context;
  }

  private static TrustManager[] trust(Path ca) throws GeneralSecurityException, IOException {
    KeyStore store = empty();
    for (X509Certificate root : Pem.certificates(ca)) {
      store.setCertificateEntry("root " + store.size(), root);
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust.getTrustManagers();
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Set<String> names(X509Certificate own, List<String> more) throws GeneralSecurityException {
    Set<String> names = new HashSet<>();
    more.forEach(name -> names.add(Hosts.normal(name)));
    Collection<List<?>> alternatives = own.getSubjectAlternativeNames();
    if (alternatives != null) {
      for (List<?> name : alternatives) {
        if (name.get(0) instanceof Integer kind && NAMES.contains(kind)) {
          names.add(Hosts.normal(String.valueOf(name.get(1))));
        }
      }
    }
    return Set.copyOf(names);
  }
}
