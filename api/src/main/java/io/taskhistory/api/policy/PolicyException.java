package io.taskhistory.api.policy;

/** What was configured cannot be; the message is for a person and says where it stands and what is allowed. */
public final class PolicyException extends RuntimeException {

  private static final long serialVersionUID = 1;

  PolicyException(String message) {
    super(message);
  }

  PolicyException(String message, Throwable cause) {
    super(message, cause);
  }
}
