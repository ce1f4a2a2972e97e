package io.taskhistory.collector.logimport;

/** What was given cannot be imported; the message says what to do about it. */
public final class ImportException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public ImportException(String message) {
    super(message);
  }

  public ImportException(String message, Throwable cause) {
    super(message, cause);
  }
}
