package io.taskhistory.store;

/** What was asked for is more than may be held in memory for one answer; less of it can be asked for. */
public final class TooMuchException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public TooMuchException(String message) {
    super(message);
  }
}
