package io.taskhistory.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.http.Context;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.view.ProblemView;
import io.taskhistory.api.view.TaskSerializers;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes answers: views as JSON, refusals as problem documents, and the header that goes with each. */
final class Answers {

  static final String WATERMARK = "Taskhistory-Watermark";

  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(new TaskSerializers()).build();

  /** A thread waits for whoever reads an answer that does not fit into a buffer, and not for more of them than that. */
  private static final Places LONG_ANSWERS = new Places(16, "long answers are being read already");

  private Answers() {}

  static void json(Context ctx, String watermark, Object view) {
    send(ctx, Reply.json(watermark, view));
  }

  static void text(Context ctx, String text) {
    send(ctx, Reply.text(null, text, false));
  }

  static void send(Context ctx, Reply reply) {
    Reply.Form form = reply.form(new ServletHead(ctx));
    if (form.status() != 200) {
      ctx.status(form.status());
    }
    boolean isShort = form.body().length <= ApiServer.OUTPUT_BYTES || ctx.req().getMethod().equals("HEAD");
    if (!isShort) {
      LONG_ANSWERS.enter(); // refuses, so nothing may have been said yet
    }
    form.headers().forEach(header -> ctx.header(header.getKey(), header.getValue()));
    if (isShort) {
      ctx.result(form.body());
      return;
    }
    try {
      ctx.res().setContentLength(form.body().length);
      ctx.res().getOutputStream().write(form.body());
    } catch (IOException e) {
      LOG.debug("{} {} was broken off", ctx.method(), ctx.path(), e); // nobody is left to be told
    } finally {
      LONG_ANSWERS.leave();
    }
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
    ctx.contentType("application/problem+json").result(bytes(ProblemView.of(refusal)));
  }

  static byte[] bytes(Object view) {
    try {
      return JSON.writeValueAsBytes(view);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a view that is no JSON: " + view.getClass(), e);
    }
  }
}
