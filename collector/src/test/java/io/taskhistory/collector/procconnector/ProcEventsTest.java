package io.taskhistory.collector.procconnector;

import static io.taskhistory.collector.procconnector.Messages.message;
import static io.taskhistory.collector.source.TaskEvents.UNKNOWN_TID;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.collector.source.RecordedEvents.Cloned;
import io.taskhistory.collector.source.RecordedEvents.CoreDumped;
import io.taskhistory.collector.source.RecordedEvents.Event;
import io.taskhistory.collector.source.RecordedEvents.Execed;
import io.taskhistory.collector.source.RecordedEvents.Exited;
import io.taskhistory.collector.source.RecordedEvents.GidChanged;
import io.taskhistory.collector.source.RecordedEvents.Renamed;
import io.taskhistory.collector.source.RecordedEvents.SessionStarted;
import io.taskhistory.collector.source.RecordedEvents.Traced;
import io.taskhistory.collector.source.RecordedEvents.UidChanged;
import io.taskhistory.history.RawText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcEventsTest {

  private static final long TIME = 61_400_123_456_789L;

  private final ProcEvents decoder = new ProcEvents();
  private final RecordedEvents events = new RecordedEvents();

  private Event decode(int what, int... data) {
    assertThat(decoder.passOn(Messages.wrapped(message(what, 1, 5, TIME, data)), events)).isTrue();
    return events.all().get(events.all().size() - 1);
  }

  @Test
  void passOn_everyKind_makesItsCall() {
    assertThat(decode(0x1, 10, 10, 20, 20)).isEqualTo(new Cloned(TIME, 10, true, 20, 20));
    assertThat(decode(0x1, 11, 10, 20, 20)).isEqualTo(new Cloned(TIME, 11, true, 20, 20));
    assertThat(decode(0x1, 10, 10, 21, 20)).isEqualTo(new Cloned(TIME, UNKNOWN_TID, true, 21, 20));
    assertThat(decode(0x2, 20, 20)).isInstanceOfSatisfying(Execed.class, e -> {
      assertThat(e.tid()).isEqualTo(20);
      assertThat(e.oldTid()).isEqualTo(UNKNOWN_TID);
      assertThat(e.name()).isSameAs(RawText.UNKNOWN);
      assertThat(e.filename()).isSameAs(RawText.UNKNOWN);
    });
    assertThat(decode(0x4, 21, 20, 1000, 0)).isEqualTo(new UidChanged(TIME, 21, 1000, 0));
    assertThat(decode(0x40, 21, 20, 100, 101)).isEqualTo(new GidChanged(TIME, 21, 100, 101));
    assertThat(decode(0x80, 20, 20)).isEqualTo(new SessionStarted(TIME, 20));
    assertThat(decode(0x100, 20, 20, 31, 30)).isEqualTo(new Traced(TIME, 20, 31));
    assertThat(decode(0x4000_0000, 20, 20, 10, 10)).isEqualTo(new CoreDumped(TIME, 20));
    assertThat(decode(0x8000_0000, 21, 20, 0x8b, 17, 10, 10)).isEqualTo(new Exited(TIME, 21, 20, 0x8b, 10));
    assertThat(decode(0x8000_0000, 21, 20, 256, 17)).isEqualTo(new Exited(TIME, 21, 20, 256, UNKNOWN_TID));
  }

  @Test
  void passOn_rename_takesTheNameUpToItsEnd() {
    assertThat(rename("bash\0garbage----")).isEqualTo(new Renamed(TIME, 21, RawText.of("bash")));
    assertThat(rename("\0garbage--------")).isEqualTo(new Renamed(TIME, 21, RawText.EMPTY));
    assertThat(rename("no end in sight!")).isEqualTo(new Renamed(TIME, 21, RawText.of("no end in sight!")));
  }

  private Event rename(String comm) {
    ByteBuffer name = ByteBuffer.wrap(comm.getBytes(StandardCharsets.ISO_8859_1)).order(ByteOrder.nativeOrder());
    return decode(0x200, 21, 20, name.getInt(0), name.getInt(4), name.getInt(8), name.getInt(12));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 0x3, 0x400, 0x2000_0000, 0xC000_0000})
  void passOn_unknownKind_isPassedOver(int what) {
    assertThat(decoder.passOn(Messages.wrapped(message(what, 0, 1, TIME, 1, 1)), events)).isFalse();
    assertThat(events.all()).isEmpty();
  }

  @Test
  void wrap_anythingCutOrForeign_isRefused() {
    for (int length = 0; length < Messages.LENGTH; length++) {
      assertThat(wraps(message(2, 0, 1, TIME, 1, 1), length)).isFalse();
    }
    assertThat(wraps(message(2, 0, 1, TIME, 1, 1), Messages.LENGTH)).isTrue();
    assertThat(wraps(message(2, 0, 1, TIME, 1, 1).putInt(0, 75), 76)).as("nlmsg_len too small").isFalse();
    assertThat(wraps(message(2, 0, 1, TIME, 1, 1).putInt(0, 77), 76)).as("nlmsg_len too large").isFalse();
    assertThat(wraps(message(2, 0, 1, TIME, 1, 1).putInt(0, -1), 76)).as("nlmsg_len negative").isFalse();
    assertThat(wraps(message(2, 0, 1, TIME, 1, 1).putShort(4, (short) 2), 76)).as("NLMSG_ERROR").isFalse();
    assertThat(wraps(message(2, 0, 1, TIME, 1, 1).putInt(16, 2), 76)).as("another idx").isFalse();
    assertThat(wraps(message(2, 0, 1, TIME, 1, 1).putInt(20, 2), 76)).as("another val").isFalse();
    assertThat(wraps(message(2, 0, 1, TIME, 1, 1).putShort(32, (short) 39), 76)).as("cn_msg.len too small").isFalse();
    assertThat(wraps(message(2, 0, 1, TIME, 1, 1).putInt(0, 90).putShort(32, (short) 54), 90)).as("longer").isTrue();
  }

  private static boolean wraps(ByteBuffer bytes, int length) {
    return new ProcEventMessage(bytes).wrap(bytes, 0, length);
  }

  /** Seeded, so that a failure can be repeated. Reading beyond the slot would throw. */
  @Test
  void passOn_anyBytes_neverThrows() {
    Random random = new Random(20261120);
    int understood = 0;
    LossDetector losses = new LossDetector(0);
    ProcEventMessage message = new ProcEventMessage(ByteBuffer.allocate(0));
    for (int i = 0; i < 300_000; i++) {
      int what = 1 << random.nextInt(32);
      ByteBuffer bytes = message(what, random.nextInt(4), i, TIME, random.nextInt(), random.nextInt());
      for (int changes = random.nextInt(6); changes > 0; changes--) {
        bytes.put(random.nextInt(Messages.LENGTH), (byte) random.nextInt(256));
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(Messages.LENGTH + 1) : Messages.LENGTH;
      if (message.wrap(bytes.slice(0, length).order(ByteOrder.nativeOrder()), 0, length)) {
        losses.next(message, events);
        understood += decoder.passOn(message, events) ? 1 : 0;
      }
      events.all().clear();
    }
    assertThat(understood).isGreaterThan(10_000);
  }
}
