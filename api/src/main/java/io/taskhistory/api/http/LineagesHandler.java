package io.taskhistory.api.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.javalin.http.Context;
import io.taskhistory.api.ask.Found;
import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.ask.LineageTexts;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.History;
import io.taskhistory.history.HistoryStyle;
import io.taskhistory.store.HistoryReader;
import io.taskhistory.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * {@code /lineages}: many questions in one request, a line each, answered in order while they come in. Nothing of the
 * request is kept; whoever sends much reads the answers at the same time, or both sides wait for ever on full buffers.
 */
final class LineagesHandler {

  /** Each batch holds a thread of the server for as long as its client likes. */
  private static final int AT_ONCE = 8;

  private static final SerializedString NO_SEPARATOR = new SerializedString("");

  private final HistoryReader reader;
  private final CollectorView collector;
  private final Bounds bounds;
  private final JsonFactory json = new JsonFactory();
  private final Semaphore places = new Semaphore(AT_ONCE);

  LineagesHandler(HistoryReader reader, CollectorView collector, Bounds bounds) {
    this.reader = reader;
    this.collector = collector;
    this.bounds = bounds;
  }

  void lineages(Context ctx, Params params) throws IOException {
    HistoryStyle style = params.style();
    int limit = params.limit(style);
    if (!places.tryAcquire()) {
      throw new Refusal(Refusal.Kind.BUSY, AT_ONCE + " batches are being answered already; send this one later");
    }
    try {
      Inquiry inquiry = Inquiry.now(reader, collector).within(bounds.upkeep());
      ctx.header(Answers.WATERMARK, inquiry.watermark()).contentType("application/x-ndjson");
      try (JsonGenerator out = json.createGenerator(ctx.res().getOutputStream())) {
        out.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        out.setRootValueSeparator(NO_SEPARATOR);
        LineageTexts texts = LineageTexts.insideJson(style, limit);
        LineReader lines = new LineReader(ctx.req().getInputStream(), () -> {
          texts.forget();
          out.flush();
        });
        answer(lines, inquiry, texts, out);
      }
    } finally {
      places.release();
    }
  }

  private void answer(LineReader lines, Inquiry inquiry, LineageTexts texts, JsonGenerator out) throws IOException {
    LineageQuestion question = new LineageQuestion(json);
    int reads = 0;
    while (true) {
      LineReader.Line line = lines.next();
      if (lines.reads() != reads) {
        reads = lines.reads();
        inquiry.moreCame();
      }
      switch (line) {
        case END -> {
          return;
        }
        case TOO_LONG -> {
          question.clear();
          refuse(question, new Refusal(Refusal.Kind.LINE_TOO_LONG,
              "the line is longer than " + LineReader.MAX_LENGTH + " bytes"), out);
        }
        case READ -> {
          if (!lines.isBlank()) {
            answer(question, lines, inquiry, texts, out);
          }
        }
      }
    }
  }

  private static void answer(
      LineageQuestion question, LineReader lines, Inquiry inquiry, LineageTexts texts, JsonGenerator out)
      throws IOException {
    Found found;
    History history;
    try {
      question.read(lines.buffer(), lines.start(), lines.length());
      String until = question.until;
      found = until == null
          ? inquiry.task(question.pid, question.at, question.boot)
          : inquiry.onlyTask(question.pid, question.at, until, question.boot);
      history = found.history();
    } catch (Refusal refusal) {
      refuse(question, refusal, out);
      return;
    } catch (StoreException e) {
      refuse(question, Problems.storeFailed(e), out);
      return;
    }
    begin(question, out);
    out.writeStringField("task", found.task().id().toString());
    // Escaped once for each entry, and not looked through again for each history that has it.
    byte[] text = texts.write(history).getBytes(StandardCharsets.ISO_8859_1);
    out.writeFieldName("history");
    out.writeRawUTF8String(text, 0, text.length);
    out.writeBooleanField("complete", history.isComplete());
    end(out);
  }

  private static void refuse(LineageQuestion question, Refusal refusal, JsonGenerator out) throws IOException {
    begin(question, out);
    out.writeObjectFieldStart("error");
    out.writeStringField("type", refusal.kind().type());
    out.writeStringField("detail", refusal.detail());
    out.writeEndObject();
    end(out);
  }

  private static void begin(LineageQuestion question, JsonGenerator out) throws IOException {
    out.writeStartObject();
    if (question.pid == 0) {
      out.writeNullField("pid");
    } else {
      out.writeNumberField("pid", question.pid);
    }
    textOrNull("at", question.at, out);
  }

  private static void textOrNull(String name, @Nullable String text, JsonGenerator out) throws IOException {
    if (text == null) {
      out.writeNullField(name);
    } else {
      out.writeStringField(name, text);
    }
  }

  private static void end(JsonGenerator out) throws IOException {
    out.writeEndObject();
    out.writeRaw('\n');
  }
}
