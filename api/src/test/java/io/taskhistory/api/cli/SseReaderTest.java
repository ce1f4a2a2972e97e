package io.taskhistory.api.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskhistory.api.cli.SseReader.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseReaderTest {

  private static List<Event> read(String text) throws IOException {
    List<Event> events = new ArrayList<>();
    try (SseReader reader = new SseReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))) {
      for (@Nullable Event event = reader.next(); event != null; event = reader.next()) {
        events.add(event);
      }
    }
    return events;
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void events_areReadWithAnyLineEnd(String end) throws IOException {
    assertThat(read(": hello\nid: 7\nevent: fork\ndata: {\"a\":1}\n\ndata:x\ndata: y\nretry: 5\n\n\nevent: exit\n\n"
        .replace("\n", end))).containsExactly(new Event("7", "fork", "{\"a\":1}"), new Event("7", "message", "x\ny"));
  }

  @Test
  void event_thatIsCutOff_isNone() throws IOException {
    assertThat(read("data: 1\n\nid: 2\ndata: 2\n")).containsExactly(new Event("", "message", "1"));
    assertThat(read("data: 1\n\ndata: 2")).hasSize(1);
  }

  @Test
  void id_withANul_isNone() throws IOException {
    assertThat(read("id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid\ndata: c\n\n")).extracting(Event::id)
        .containsExactly("1", "1", "");
  }

  @Test
  void event_withoutEnd_isRefused() throws IOException {
    try (SseReader reader = new SseReader(new InputStream() {
      @Override
      public int read() {
        return 'x';
      }
    })) {
      assertThatThrownBy(reader::next).isInstanceOf(IOException.class).hasMessageContaining("longer than");
    }
  }
}
