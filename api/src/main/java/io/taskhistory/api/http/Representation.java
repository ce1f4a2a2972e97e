package io.taskhistory.api.http;

import io.javalin.http.Context;

/**
 * Something that stays the same for as long as the service runs, with what tells a client that it has it already. It is
 * kept compressed as well.
 */
final class Representation {

  private final String type;
  private final byte[] content;
  private final byte[] compressed;
  private final String tag;

  Representation(String type, byte[] content) {
    this.type = type;
    this.content = content;
    this.compressed = Gzip.isWorthwhile(content.length) ? Gzip.compress(content) : content;
    this.tag = Tags.weak(content, content.length);
  }

  void answer(Context ctx) {
    // Asked about each time, as another version of the service has another.
    ctx.header("Cache-Control", "no-cache").header("ETag", tag);
    RequestHead head = new ServletHead(ctx);
    if (Conditions.hasAlready(head, tag)) {
      ctx.status(304);
      return;
    }
    ctx.contentType(type);
    if (compressed == content) {
      ctx.result(content);
      return;
    }
    ctx.header("Vary", "Accept-Encoding");
    if (Gzip.isAccepted(head)) {
      ctx.header("Content-Encoding", "gzip").result(compressed);
    } else {
      ctx.result(content);
    }
  }
}
