package io.taskhistory.api.service;

/** The service cannot run, or not be reached; the message is for a person and says what to do. */
public final class ServiceException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public ServiceException(String message) {
    super(message);
  }

  public ServiceException(String message, Throwable cause) {
    super(message, cause);
  }
}
