package io.taskhistory.api.input;

/** Something that cannot be read; the message is for a person. */
public final class InputException extends RuntimeException {

  private static final long serialVersionUID = 1;

  InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
