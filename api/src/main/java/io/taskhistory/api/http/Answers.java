package io.taskhistory.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.http.Context;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.view.ProblemView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes answers: views as JSON, refusals as problem documents, and the header that goes with each. */
final class Answers {

  static final String WATERMARK = "Taskhistory-Watermark";

  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /** A thread waits for whoever reads an answer that does not fit into a buffer, and not for more of them than that. */
  private static final Places LONG_ANSWERS = new Places(16, "long answers are being read already");

  private Answers() {}

  static void json(Context ctx, String watermark, Object view) {
    ctx.header(WATERMARK, watermark);
    write(ctx, "application/json", view);
  }

  /**
   * A view of what has ended, whose last member is the watermark: all else of it seldom changes any more, and is told
   * by its tag.
   */
  static void settled(Context ctx, String watermark, Object view) {
    ctx.header(WATERMARK, watermark);
    byte[] content = bytes(view);
    int end = content.length - watermark.length() - "\"watermark\":\"\"}".length();
    if (!isKnown(ctx, Tags.weak(content, end))) {
      body(ctx.contentType("application/json"), content);
    }
  }

  /** The same of a text. */
  static void settled(Context ctx, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    if (!isKnown(ctx, Tags.weak(content, content.length))) {
      body(ctx.contentType("text/plain; charset=utf-8"), content);
    }
  }

  /** Whether the client has what {@code tag} stands for, and has been told so. Shared caches keep nothing of this. */
  private static boolean isKnown(Context ctx, String tag) {
    ctx.header("Cache-Control", "private, no-cache").header("ETag", tag).header("Vary", "Authorization, Accept-Encoding");
    boolean isKnown = Conditions.hasAlready(ctx, tag);
    if (isKnown) {
      ctx.status(304);
    }
    return isKnown;
  }

  static void text(Context ctx, String text) {
    body(ctx.contentType("text/plain; charset=utf-8"), text.getBytes(StandardCharsets.UTF_8));
  }

  static void problem(Context ctx, Refusal refusal) {
    ctx.status(refusal.kind().status());
    if (refusal.kind() == Refusal.Kind.UNAUTHORIZED) {
      ctx.header("WWW-Authenticate", "Bearer realm=\"taskhistory\"");
    }
    if (refusal.kind().status() == 503) {
      ctx.header("Retry-After", "1");
    }
    if (ctx.req().getMethod().equals("POST")) {
      // What is left of a body that nobody reads must not be taken for the next request.
      ctx.header("Connection", "close");
    }
    write(ctx, "application/problem+json", ProblemView.of(refusal));
  }

  static byte[] bytes(Object view) {
    try {
      return JSON.writeValueAsBytes(view);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a view that is no JSON: " + view.getClass(), e);
    }
  }

  private static void write(Context ctx, String type, Object view) {
    body(ctx.contentType(type), bytes(view));
  }

  /** Long answers are compressed where the client takes that. */
  private static void body(Context ctx, byte[] content) {
    if (!Gzip.isWorthwhile(content.length)) {
      ctx.result(content);
      return;
    }
    if (ctx.res().getHeader("Vary") == null) {
      ctx.header("Vary", "Accept-Encoding");
    }
    boolean isPacked = Gzip.isAccepted(ctx);
    byte[] sent = isPacked ? Gzip.compress(content) : content;
    if (sent.length <= ApiServer.OUTPUT_BYTES || ctx.req().getMethod().equals("HEAD")) {
      (isPacked ? ctx.header("Content-Encoding", "gzip") : ctx).result(sent);
    } else {
      sendLong(isPacked, sent, ctx);
    }
  }

  private static void sendLong(boolean isPacked, byte[] content, Context ctx) {
    LONG_ANSWERS.enter();
    try {
      if (isPacked) {
        ctx.header("Content-Encoding", "gzip");
      }
      ctx.res().setContentLength(content.length);
      ctx.res().getOutputStream().write(content);
    } catch (IOException e) {
      LOG.debug("{} {} was broken off", ctx.method(), ctx.path(), e); // nobody is left to be told
    } finally {
      LONG_ANSWERS.leave();
    }
  }
}
