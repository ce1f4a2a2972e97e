package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.ask.Inquiry;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.stream.EventFilter;
import io.taskhistory.api.stream.EventStream;
import io.taskhistory.api.stream.EventStreams;
import io.taskhistory.api.stream.Outlet;
import io.taskhistory.collector.CollectorView;
import io.taskhistory.history.Details;
import io.taskhistory.store.EventCursor;
import io.taskhistory.store.HistoryReader;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.ee10.servlet.HttpOutput;
import org.jspecify.annotations.Nullable;

/** {@code /events}: what happens, as it is kept, as server-sent events. */
final class EventsHandler {

  private final HistoryReader reader;
  private final CollectorView collector;
  private final EventStreams streams;

  EventsHandler(HistoryReader reader, CollectorView collector, EventStreams streams) {
    this.reader = reader;
    this.collector = collector;
    this.streams = streams;
  }

  void events(Context ctx, Params params) throws IOException {
    EventCursor after = place(params);
    String root = params.text("root");
    Inquiry inquiry = Inquiry.ofStore(reader, collector, null, null);
    EventFilter filter = new EventFilter(params.words("kind"), params.raw("comm"), params.raw("exe"),
        params.number("uid", Details.UNKNOWN_NUMBER), params.lineage(),
        root == null ? null : inquiry.task(root).task().leader().id());
    ctx.header(Answers.WATERMARK, inquiry.watermark()).header("X-Accel-Buffering", "no")
        .contentType("text/event-stream");
    if (ctx.req().getMethod().equals("HEAD")) {
      return;
    }
    ServletOutlet outlet = new ServletOutlet((HttpOutput) ctx.res().getOutputStream());
    EventStream stream = new EventStream(outlet, filter, Guard.viewer(ctx), Guard.stillAllowed(ctx), after);
    if (streams.counts().now() >= EventStreams.MOST) {
      throw tooMany();
    }
    ctx.future(() -> outlet.open(streams, stream));
  }

  /** Whoever comes again says in the header how far it was; its URL is still the one that it began with. */
  private EventCursor place(Params params) {
    String last = params.header("Last-Event-ID");
    String text = last == null ? params.text("after") : last;
    if (text == null || text.isEmpty()) {
      return reader.newestEvent();
    }
    return EventCursor.parse(text).orElseThrow(() -> Params.bad("the place to go on from is none that an event had as"
        + " its id; leave it out to begin now"));
  }

  private static Refusal tooMany() {
    return new Refusal(Refusal.Kind.TOO_MANY_STREAMS, EventStreams.MOST + " streams are open already; come again later");
  }

  /** The answer to one request, which goes on until {@link #end}. */
  private static final class ServletOutlet implements Outlet {

    private final HttpOutput out;
    private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

    ServletOutlet(HttpOutput out) {
      this.out = out;
    }

    /** To be called once the request is asynchronous. */
    CompletableFuture<@Nullable Void> open(EventStreams streams, EventStream stream) {
      out.setWriteListener(new WriteListener() {
        private boolean isOpen;

        @Override
        public void onWritePossible() {
          if (isOpen) {
            streams.ready(stream);
            return;
          }
          isOpen = true;
          if (!streams.add(stream)) {
            over.complete(null);
          }
        }

        @Override
        public void onError(Throwable t) {
          if (isOpen) {
            streams.gone(stream);
          } else {
            over.complete(null);
          }
        }
      });
      return over;
    }

    @Override
    public boolean isReady() {
      return out.isReady();
    }

    /** As bytes that are not gathered first: that would take a buffer for each of the streams. */
    @Override
    public void write(byte[] bytes) throws IOException {
      if (!out.isReady()) {
        throw new IOException("written to before it was ready");
      }
      out.write(ByteBuffer.wrap(bytes));
    }

    @Override
    public void end() {
      over.complete(null);
    }
  }
}
