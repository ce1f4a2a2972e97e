package io.taskhistory.api.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskhistory.api.client.PostConnection;
import io.taskhistory.api.client.PostConnection.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Has audit log text enriched by the service, a batch at a time. */
public final class AuditEnricher implements Enricher {

  private static final byte[] SUMMARY = "#taskhistory {".getBytes(StandardCharsets.US_ASCII);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PostConnection connection;
  private final String path;

  /**
   * @param all whether events of a single record get one of ours, too
   * @param limit the most bytes of a history, 0 for all of it, or null for the service's own limit
   */
  public AuditEnricher(PostConnection connection, boolean all, @Nullable Integer limit) {
    this.connection = connection;
    this.path = "/api/v1/enrich/audit?summary=true" + (all ? "&all=true" : "")
        + (limit == null ? "" : "&limit=" + limit);
  }

  @Override
  public Enriched enrich(byte[] text) throws IOException {
    if (text.length == 0) {
      return new Enriched(text, 0, EnrichmentCounts.NONE);
    }
    boolean isWhole = text[text.length - 1] == '\n';
    byte[] asked = isWhole ? text : Arrays.copyOf(text, text.length + 1);
    asked[asked.length - 1] = '\n';
    Answer answer = connection.post(path, "text/plain", asked, asked.length);
    byte[] bytes = answer.body();
    int length = answer.length();
    int summary = lastLine(bytes, length);
    if (length - summary < SUMMARY.length
        || !Arrays.equals(bytes, summary, summary + SUMMARY.length, SUMMARY, 0, SUMMARY.length)) {
      throw new IOException("the answer has no summary, so it may not be whole");
    }
    int json = summary + SUMMARY.length - 1;
    EnrichmentCounts counts = EnrichmentCounts.of(JSON.readTree(bytes, json, length - json));
    return new Enriched(bytes, isWhole || summary == 0 ? summary : summary - 1, counts);
  }

  @Override
  public void close() {
    connection.close();
  }

  private static int lastLine(byte[] bytes, int length) {
    int start = length > 0 && bytes[length - 1] == '\n' ? length - 1 : length;
    while (start > 0 && bytes[start - 1] != '\n') {
      start--;
    }
    return start;
  }
}
