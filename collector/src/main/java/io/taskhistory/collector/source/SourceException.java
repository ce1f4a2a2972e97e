package io.taskhistory.collector.source;

/** A source cannot be used here; the message says why and what to do about it. */
public final class SourceException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public SourceException(String message) {
    super(message);
  }

  public SourceException(String message, Throwable cause) {
    super(message, cause);
  }
}
