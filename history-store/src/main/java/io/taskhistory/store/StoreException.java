package io.taskhistory.store;

/** The store cannot do what was asked; the message says what stands in the way and what to do about it. */
public final class StoreException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public StoreException(String message) {
    super(message);
  }

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
