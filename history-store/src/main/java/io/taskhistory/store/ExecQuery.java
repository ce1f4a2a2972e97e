package io.taskhistory.store;

import io.taskhistory.history.Details;
import io.taskhistory.history.LineagePattern;
import io.taskhistory.history.Moment;
import io.taskhistory.history.RawText;
import org.jspecify.annotations.Nullable;

/**
 * Which past execs are asked for; null, or {@link Details#UNKNOWN_NUMBER} for uid, where it does not matter.
 *
 * @param comm the name of the entry
 * @param exe the running image or the program that exec was asked for
 * @param uid the real uid
 * @param lineage the history that ends in the exec
 * @param from the first time that counts
 * @param to the first that no longer does
 * @param after where the last page ended
 * @param most how many to return at most
 * @param scanLimit how many execs to look at before the page is returned as it is, with a cursor to go on from
 */
public record ExecQuery(
    @Nullable RawText comm, @Nullable RawText exe, long uid, @Nullable LineagePattern lineage, @Nullable Moment from,
    @Nullable Moment to, @Nullable ExecCursor after, int most, int scanLimit) {

  public ExecQuery {
    if (most < 1 || scanLimit < 1) {
      throw new IllegalArgumentException("most " + most + ", scanLimit " + scanLimit + ": both at least 1");
    }
  }

  /** With any lineage. */
  public ExecQuery(
      @Nullable RawText comm, @Nullable RawText exe, long uid, @Nullable Moment from, @Nullable Moment to,
      @Nullable ExecCursor after, int most, int scanLimit) {
    this(comm, exe, uid, null, from, to, after, most, scanLimit);
  }

  /** The same of those with a lineage. */
  public ExecQuery of(LineagePattern pattern) {
    return new ExecQuery(comm, exe, uid, pattern, from, to, after, most, scanLimit);
  }

  /** The same, from where a page ended. */
  public ExecQuery after(@Nullable ExecCursor cursor) {
    return new ExecQuery(comm, exe, uid, lineage, from, to, cursor, most, scanLimit);
  }
}
