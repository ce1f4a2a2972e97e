package io.taskhistory.api.ask;

import io.taskhistory.history.Details;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, and what they may be told. Whoever shows the token, root, and the administrators of the local socket see
 * everything. Another local user sees every task, its names and its lineage, but what it was started with and where
 * only of what ran as that user: as on a machine whose /proc is mounted with hidepid=1, where others' arguments and
 * environment are nobody's business.
 */
public final class Viewer {

  /** Sees everything. */
  public static final Viewer EVERYTHING = new Viewer(null);

  private static final long MAX_UID = 0xffff_fffeL;

  private final @Nullable Long uid;

  private Viewer(@Nullable Long uid) {
    this.uid = uid;
  }

  /**
   * A local user that is none of the administrators.
   *
   * @param uid as the kernel has it, from 0 to 2^32 - 2
   */
  public static Viewer user(long uid) {
    if (uid < 0 || uid > MAX_UID) {
      throw new IllegalArgumentException("no uid: " + uid); // -1 is how "not known" is written
    }
    return new Viewer(uid);
  }

  /** Whether this one may be told all there is, also about the service itself. */
  public boolean seesEverything() {
    return uid == null;
  }

  /**
   * Whether this one may be told the arguments, the working directory and the environment of what {@code details}
   * are of. A program that ran with another's rights (set-user-ID) is not the viewer's own, and neither is one whose
   * user is not known.
   */
  public boolean seesInside(Details details) {
    return uid == null || details.uid() == uid && details.euid() == uid;
  }

  @Override
  public String toString() {
    return uid == null ? "everything" : "uid " + uid;
  }
}
