package io.taskhistory.api.audisp;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/** Whoever adds histories to records. */
@FunctionalInterface
interface Enricher {

  /**
   * The records, with histories added.
   *
   * @param records whole lines
   * @param hurry asked while waiting; where it says so, there is no more time
   * @throws NotEnrichedException if they are to be kept as they are
   */
  ByteBuffer enrich(byte[] records, BooleanSupplier hurry) throws NotEnrichedException, InterruptedException;
}
