package io.taskhistory.api.access;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files, in PEM, by which a service proves who it is, and callers who they are.
 *
 * @param certificate ours, then those that lead to its root
 * @param key of the first certificate, not encrypted
 * @param clientCa roots of the certificates that callers show; null where they show none
 * @param clientsMustShow whether callers without a certificate are refused before they can say anything
 * @param names what else the service is called, besides what stands in its certificate
 */
public record TlsFiles(
    Path certificate, Path key, @Nullable Path clientCa, boolean clientsMustShow, List<String> names) {

  /** All of them, for whoever watches them. */
  List<Path> paths() {
    List<Path> paths = new ArrayList<>(List.of(certificate, key));
    if (clientCa != null) {
      paths.add(clientCa);
    }
    return paths;
  }
}
