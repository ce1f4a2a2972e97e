package io.taskhistory.api.audisp;

/** Why records were not enriched, in a word for the log and in a sentence for people. */
final class NotEnrichedException extends Exception {

  private static final long serialVersionUID = 1;

  /** The word. */
  enum Reason {
    /** It does not run, or not where it said. */
    UNREACHABLE("unreachable"),
    /** It did not answer in time. */
    SLOW("slow"),
    /** It answered that it would not. */
    REFUSED("refused"),
    /** It answered with something else than the records with histories between them. */
    WRONG_ANSWER("wrong-answer");

    private final String word;

    Reason(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  private final Reason reason;

  NotEnrichedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
