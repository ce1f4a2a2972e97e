package io.taskhistory.api.audisp;

import io.taskhistory.api.audisp.NotEnrichedException.Reason;
import io.taskhistory.api.client.PostConnection;
import io.taskhistory.api.client.RefusedException;
import io.taskhistory.api.client.ServiceAddress;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.ServiceException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The running service, wherever its data directory says that it is at the moment. */
final class ServiceEnricher implements Enricher {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  /** Several times the largest batch. */
  private static final int LONGEST_ANSWER = 32 << 20;

  private final DataDirectory directory;
  private final String query;
  private @Nullable Server server;

  /** Where it was the last time, and what it wanted to see. */
  private record Server(ServiceAddress address, Optional<String> token, PostConnection connection) {}

  ServiceEnricher(Settings settings) {
    directory = settings.directory();
    query = "/api/v1/enrich/audit?summary=true" + (settings.all() ? "&all=true" : "")
        + (settings.limit() == null ? "" : "&limit=" + settings.limit());
  }

  @Override
  public ByteBuffer enrich(byte[] records, BooleanSupplier hurry) throws NotEnrichedException, InterruptedException {
    PostConnection.Answer answer = answer(connection(), records, hurry);
    int length = Answer.length(records, answer.body(), answer.length());
    if (length < 0) {
      throw new NotEnrichedException(Reason.WRONG_ANSWER, "the service answers something else than the records");
    }
    return ByteBuffer.wrap(answer.body(), 0, length);
  }

  private PostConnection connection() throws NotEnrichedException {
    try {
      String endpoint = directory.endpoint().orElseThrow(() -> new NotEnrichedException(
          Reason.UNREACHABLE, "no service has left its address in " + directory.path()));
      ServiceAddress address = local(endpoint);
      Optional<String> token = directory.token();
      Server known = server;
      if (known != null && known.address.equals(address) && known.token.equals(token)) {
        return known.connection;
      }
      if (known != null) {
        known.connection.close();
      }
      Server found = new Server(address, token, new PostConnection(address, token, PATIENCE, LONGEST_ANSWER));
      server = found;
      return found.connection;
    } catch (ServiceException | IllegalArgumentException e) {
      throw new NotEnrichedException(Reason.UNREACHABLE, String.valueOf(e.getMessage()));
    }
  }

  /** The token goes there, and so do the records. */
  private static ServiceAddress local(String endpoint) {
    if (endpoint.startsWith("https:")) {
      throw new IllegalArgumentException(endpoint + " wants TLS; let the service have a local socket");
    }
    try {
      return ServiceAddress.parse(endpoint);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(endpoint + " is not on loopback: " + e.getMessage(), e);
    }
  }

  private PostConnection.Answer answer(PostConnection connection, byte[] records, BooleanSupplier hurry)
      throws NotEnrichedException, InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    try {
      return connection.post(query, "text/plain", records, records.length,
          () -> System.nanoTime() - until >= 0 || hurry.getAsBoolean());
    } catch (RefusedException e) {
      throw new NotEnrichedException(Reason.REFUSED, "the service answers with status " + e.status());
    } catch (SocketTimeoutException e) {
      throw new NotEnrichedException(Reason.SLOW, "the service does not answer in time");
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw new NotEnrichedException(Reason.UNREACHABLE, String.valueOf(e));
    }
  }
}
