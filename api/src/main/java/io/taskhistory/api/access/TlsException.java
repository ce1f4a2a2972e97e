package io.taskhistory.api.access;

/** A key or certificate that cannot be used. The message names the file and the reason. */
public final class TlsException extends RuntimeException {

  private static final long serialVersionUID = 1;

  TlsException(String message, Throwable cause) {
    super(message, cause);
  }

  TlsException(String message) {
    super(message);
  }
}
