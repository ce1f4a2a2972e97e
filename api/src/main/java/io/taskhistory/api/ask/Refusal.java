package io.taskhistory.api.ask;

/** A question that gets no answer, and why. The message is for the caller and says what to do. */
public final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The kinds of refusal. Their names are part of the interface: callers tell them apart by {@link #slug}. */
  public enum Kind {
    NO_SUCH_TASK("no-such-task", "No such task", 404),
    NO_SUCH_BOOT("no-such-boot", "No such boot", 404),
    NO_SUCH_RESOURCE("no-such-resource", "No such resource", 404),
    AMBIGUOUS_TIME("ambiguous-time", "Time that the wall clock showed more than once", 409),
    BAD_PARAMETER("bad-parameter", "Bad parameter", 400),
    UNKNOWN_PARAMETER("unknown-parameter", "Unknown parameter", 400),
    TOO_MANY_TASKS("too-many-tasks", "More tasks than one answer may be made of", 400),
    HISTORY_TOO_LONG("history-too-long", "More execs than one answer may be made of", 400),
    BAD_REQUEST("bad-request", "Bad request", 400),
    BAD_LINE("bad-line", "Bad line", 400),
    LINE_TOO_LONG("line-too-long", "Line too long", 400),
    UNAUTHORIZED("unauthorized", "Token needed", 401),
    TOKEN_IN_URL("token-in-url", "Token in a URL", 400),
    FORBIDDEN("forbidden", "Not for this user", 403),
    CROSS_SITE("cross-site", "Request of another site", 403),
    METHOD_NOT_ALLOWED("method-not-allowed", "Method not allowed", 405),
    NOT_ACCEPTABLE("not-acceptable", "Answer in no media type that is accepted", 406),
    BODY_TOO_LARGE("body-too-large", "Body too large", 413),
    UNSUPPORTED_MEDIA("unsupported-media", "Body in a media type or coding that is not read", 415),
    TOO_LARGE("too-large", "Request line or header too large", 431),
    MISDIRECTED("misdirected", "Not the host that this service answers as", 421),
    INTERNAL("internal", "Internal error", 500),
    BUSY("busy", "Too much at once", 503),
    TOO_MANY_STREAMS("too-many-streams", "Too many streams at once", 503),
    STORE_FAILED("store-failed", "The store cannot be read", 503),
    NOT_READY("not-ready", "Not ready", 503);

    private final String slug;
    private final String title;
    private final int status;

    Kind(String slug, String title, int status) {
      this.slug = slug;
      this.title = title;
      this.status = status;
    }

    public String slug() {
      return slug;
    }

    /** The stable {@code type} of RFC 9457. */
    public String type() {
      return "urn:taskhistory:problem:" + slug;
    }

    public String title() {
      return title;
    }

    public int status() {
      return status;
    }
  }

  private final Kind kind;

  public Refusal(Kind kind, String detail) {
    // No stack trace: batches are full of tasks that nobody knows.
    super(detail, null, false, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }
}
