package io.taskhistory.api.audisp;

import io.taskhistory.api.audisp.NotEnrichedException.Reason;
import io.taskhistory.api.service.DataDirectory;
import io.taskhistory.api.service.ServiceException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** The running service, wherever its data directory says that it is at the moment. */
final class ServiceEnricher implements Enricher {

  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_MILLIS = 50;
  /** Several times the largest batch. */
  private static final int LONGEST_ANSWER = 32 << 20;

  private final DataDirectory directory;
  private final String query;
  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
      .proxy(HttpClient.Builder.NO_PROXY).connectTimeout(CONNECT).build();

  ServiceEnricher(Settings settings) {
    directory = settings.directory();
    query = "/api/v1/enrich/audit?summary=true" + (settings.all() ? "&all=true" : "")
        + (settings.limit() == null ? "" : "&limit=" + settings.limit());
  }

  @Override
  public ByteBuffer enrich(byte[] records, BooleanSupplier hurry) throws NotEnrichedException, InterruptedException {
    HttpResponse<Body> response = answer(request(records), records.length, hurry);
    if (response.statusCode() != 200) {
      throw new NotEnrichedException(Reason.REFUSED, "the service answers with status " + response.statusCode());
    }
    Body body = response.body();
    int length = Answer.length(records, body.bytes(), body.length());
    if (length < 0) {
      throw new NotEnrichedException(Reason.WRONG_ANSWER, "the service answers something else than the records");
    }
    return ByteBuffer.wrap(body.bytes(), 0, length);
  }

  private HttpRequest request(byte[] records) throws NotEnrichedException {
    try {
      String endpoint = directory.endpoint().orElseThrow(() -> new NotEnrichedException(
          Reason.UNREACHABLE, "no service has left its address in " + directory.path()));
      HttpRequest.Builder request = HttpRequest.newBuilder(loopback(endpoint).resolve(query))
          .POST(HttpRequest.BodyPublishers.ofByteArray(records));
      directory.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
      return request.build();
    } catch (ServiceException | IllegalArgumentException | UnknownHostException e) {
      throw new NotEnrichedException(Reason.UNREACHABLE, String.valueOf(e.getMessage()));
    }
  }

  /** The token goes there, and so do the records. */
  private static URI loopback(String endpoint) throws UnknownHostException {
    URI uri = URI.create(endpoint);
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null
        || !InetAddress.getByName(uri.getHost()).isLoopbackAddress()) {
      throw new IllegalArgumentException(endpoint + " is not on loopback");
    }
    return uri;
  }

  private HttpResponse<Body> answer(HttpRequest request, int expected, BooleanSupplier hurry)
      throws NotEnrichedException, InterruptedException {
    long until = System.nanoTime() + ANSWER_NANOS;
    CompletableFuture<HttpResponse<Body>> answer =
        client.sendAsync(request, head -> new Body(2 * expected, LONGEST_ANSWER));
    while (true) {
      try {
        return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (System.nanoTime() - until >= 0 || hurry.getAsBoolean()) {
          answer.cancel(true);
          throw new NotEnrichedException(Reason.SLOW, "the service does not answer in time");
        }
      } catch (ExecutionException e) {
        throw new NotEnrichedException(Reason.UNREACHABLE, String.valueOf(e.getCause()));
      }
    }
  }
}
