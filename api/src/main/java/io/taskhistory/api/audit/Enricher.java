package io.taskhistory.api.audit;

import java.io.IOException;

/** Adds histories to text, a batch of whole lines at a time. */
public interface Enricher extends AutoCloseable {

  /**
   * Enriched text.
   *
   * @param bytes belong to the enricher, and hold until the next batch
   * @param length how many of them are the text
   */
  record Enriched(byte[] bytes, int length, EnrichmentCounts counts) {}

  /**
   * The same lines with what could be added. A last line without an end is enriched as if it had one, and the result
   * has none either.
   *
   * @throws IOException as {@link io.taskhistory.api.client.PostConnection#post}; the batch can be tried again
   */
  Enriched enrich(byte[] text) throws IOException;

  @Override
  void close();
}
