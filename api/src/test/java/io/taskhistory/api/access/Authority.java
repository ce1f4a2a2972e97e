package io.taskhistory.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.api.cli.Machinery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** A certificate authority of a test's own, made by openssl(1). */
public final class Authority {

  private final Path directory;
  private final String name;

  /** One whose files begin with {@code name}. */
  public Authority(Path directory, String name) throws Exception {
    this.directory = directory;
    this.name = name;
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
        "/CN=" + name, "-keyout", file(".key"), "-out", file(".pem"));
  }

  private String file(String suffix) {
    return directory.resolve(name + suffix).toString();
  }

  /** Its own certificate. */
  public Path root() {
    return Path.of(file(".pem"));
  }

  /** A certificate, and its key beside it. */
  public record Issued(Path certificate, Path key) {

    /** Puts them where {@code other} is, as a renewal does. */
    public void replace(Issued other) throws Exception {
      Files.copy(certificate, other.certificate, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(key, other.key, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** One for the names of {@code alternatives}, {@code DNS:a.example,IP:127.0.0.1}, with an EC key. */
  public Issued issue(String as, String alternatives) throws Exception {
    return issue(as, alternatives, List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "-days", "1");
  }

  /** One that ran out yesterday. */
  public Issued expired(String as, String alternatives) throws Exception {
    return issue(as, alternatives, List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"), "-startdate",
        "20200101000000Z", "-enddate", "20200102000000Z");
  }

  public Issued issue(String as, String alternatives, List<String> key, String... validity) throws Exception {
    Issued issued = new Issued(directory.resolve(as + ".pem"), directory.resolve(as + ".key"));
    String request = directory.resolve(as + ".csr").toString();
    List<String> asked = new ArrayList<>(List.of("req", "-new"));
    asked.addAll(key);
    asked.addAll(List.of("-nodes", "-subj", "/CN=" + as, "-addext", "subjectAltName=" + alternatives, "-keyout",
        issued.key.toString(), "-out", request));
    openssl(asked.toArray(String[]::new));
    // x509(1) takes no dates before version 3.4, ca(1) always did.
    Path database = Files.createDirectories(directory.resolve(as + ".ca"));
    Files.writeString(database.resolve("index"), "");
    Path config = Files.writeString(database.resolve("config"), "[ca]\ndefault_ca=a\n[a]\ndatabase=" + database
        + "/index\nnew_certs_dir=" + database + "\nrand_serial=yes\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\n"
        + "[p]\ncommonName=supplied\n");
    List<String> signed = new ArrayList<>(List.of("ca", "-batch", "-notext", "-config", config.toString(), "-cert",
        file(".pem"), "-keyfile", file(".key"), "-in", request, "-out", issued.certificate.toString()));
    signed.addAll(List.of(validity));
    openssl(signed.toArray(String[]::new));
    return issued;
  }

  /** Runs openssl(1), which has to be content. */
  public static void openssl(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(args));
    Machinery.Outcome outcome = Machinery.run(command);
    assertThat(outcome.code()).as(command + outcome.err()).isZero();
  }
}
