package io.taskhistory.api.client;

import java.io.IOException;

/** The service has answered, but not with what was asked for. */
public final class RefusedException extends IOException {

  private static final long serialVersionUID = 1;

  private final int status;
  private final String problem;

  RefusedException(int status, String problem) {
    super("status " + status);
    this.status = status;
    this.problem = problem;
  }

  public int status() {
    return status;
  }

  /** Whether it can be asked again later: it is busy, or stopping. */
  public boolean isTemporary() {
    return status == 503;
  }

  /** The problem document (RFC 9457), as far as it is one. */
  public String problem() {
    return problem;
  }
}
