package io.taskhistory.api.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a call has found, before it is known in what form the client takes it.
 *
 * @param watermark what it goes with, null where that has been said already
 * @param tagged how many bytes of {@code content} tell by a tag whether it is what the client has; 0 for none, where it
 *     can be another at any time
 */
record Reply(String type, byte[] content, @Nullable String watermark, int tagged) {

  private static final byte[] NOTHING = {};

  /** What is sent. */
  record Form(int status, List<Map.Entry<String, String>> headers, byte[] body) {}

  static Reply json(@Nullable String watermark, Object view) {
    return new Reply("application/json", Answers.bytes(view), watermark, 0);
  }

  /**
   * A view of what has ended, whose last member is the watermark: all else of it seldom changes any more, and is told
   * by its tag.
   */
  static Reply settled(String watermark, Object view) {
    byte[] content = Answers.bytes(view);
    return new Reply("application/json", content, watermark,
        content.length - watermark.length() - "\"watermark\":\"\"}".length());
  }

  /** A text. */
  static Reply text(@Nullable String watermark, String text, boolean isSettled) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    return new Reply("text/plain;charset=utf-8", content, watermark, isSettled ? content.length : 0);
  }

  /**
   * For whoever sent {@code head}. Shared caches keep nothing of what has a tag; what is long is compressed for those who
   * take that.
   */
  Form form(RequestHead head) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(6);
    if (watermark != null) {
      headers.add(Map.entry(Answers.WATERMARK, watermark));
    }
    if (tagged > 0) {
      String tag = Tags.weak(content, tagged);
      headers.add(Map.entry("Cache-Control", "private, no-cache"));
      headers.add(Map.entry("ETag", tag));
      headers.add(Map.entry("Vary", "Authorization, Accept-Encoding"));
      if (Conditions.hasAlready(head, tag)) {
        return new Form(304, headers, NOTHING);
      }
    }
    headers.add(Map.entry("Content-Type", type));
    if (!Gzip.isWorthwhile(content.length)) {
      return new Form(200, headers, content);
    }
    if (tagged == 0) {
      headers.add(Map.entry("Vary", "Accept-Encoding"));
    }
    if (!Gzip.isAccepted(head)) {
      return new Form(200, headers, content);
    }
    headers.add(Map.entry("Content-Encoding", "gzip"));
    return new Form(200, headers, Gzip.compress(content));
  }
}
