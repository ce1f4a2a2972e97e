package io.taskhistory.api.cli;

/** A command that ends with another exit code than 0; the message is for a person and says what to do. */
final class Failure extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** What a command exits with, the same for all. */
  enum Exit {
    FAILED(1), WRONG_USE(2), NOT_FOUND(3);

    private final int code;

    Exit(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  private final Exit exit;

  Failure(Exit exit, String message) {
    super(message);
    this.exit = exit;
  }

  Failure(Exit exit, String message, Throwable cause) {
    super(message, cause);
    this.exit = exit;
  }

  Exit exit() {
    return exit;
  }
}
