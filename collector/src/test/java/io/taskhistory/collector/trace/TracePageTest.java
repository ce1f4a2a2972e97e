package io.taskhistory.collector.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.taskhistory.collector.source.RecordedEvents;
import io.taskhistory.history.Gap;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TracePageTest {

  private static final long[] SEEDS = {1, 20261120, 4096};
  private static final int ROUNDS = 4000;

  @BeforeEach
  void littleEndian() {
    assumeThat(ByteOrder.nativeOrder()).as("pages are made for a little-endian machine")
        .isEqualTo(ByteOrder.LITTLE_ENDIAN);
  }

  private static TracePage over(Pages pages) {
    TracePage page = new TracePage(Pages.LAYOUT, pages.memory);
    page.wrap(0);
    return page;
  }

  private static List<Long> times(Pages pages) {
    TracePage page = over(pages);
    List<Long> times = new ArrayList<>();
    while (page.next()) {
      times.add(page.time());
    }
    assertThat(page.isMalformed()).isFalse();
    return times;
  }

  @Test
  void next_withAllKindsOfEntries_addsUpTheTimes() {
    assertThat(times(new Pages(1000).event(0, new byte[4]).event(5, new byte[20])
        .extend(1L << 40).event(7, new byte[200])
        .discarded(1, 8).event(1, new byte[4]).discarded(10, 4).event(1, new byte[4])
        .stamp((1L << 42) + 3).event(0, new byte[112]).event(2, new byte[116]).rest()))
        .containsExactly(1000L, 1005L, 1012L + (1L << 40), 1013L + (1L << 40), 1024L + (1L << 40),
            (1L << 42) + 3, (1L << 42) + 5);
  }

  @Test
  void stamp_withATimeBeyondItsBits_takesTheMissingOnesFromBefore() {
    long high = 3L << 59;
    assertThat(times(new Pages(high + 100).stamp(200).event(1, new byte[4]))).containsExactly(high + 201);
    assertThat(times(new Pages(high + 100).stamp(50).event(1, new byte[4]))).containsExactly(high + (1L << 59) + 51);
  }

  @Test
  void event_ofAnyLength_hasItsBytes() {
    byte[] bytes = new byte[300];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    Pages pages = new Pages(0).event(1, bytes);
    TracePage page = over(pages);
    assertThat(page.next()).isTrue();
    assertThat(page.length()).isEqualTo(300);
    byte[] copy = new byte[300];
    pages.memory.get(page.data(), copy);
    assertThat(copy).isEqualTo(bytes);
    assertThat(page.next()).isFalse();
  }

  @Test
  void missed_withAndWithoutItsNumber_isTold() {
    assertThat(over(new Pages(0).event(1, new byte[4])).isAfterLoss()).isFalse();
    TracePage stored = over(new Pages(0).event(1, new byte[4]).missed(7));
    assertThat(stored.isAfterLoss()).isTrue();
    assertThat(stored.missed()).isEqualTo(7);
    TracePage bare = over(new Pages(0).event(1, new byte[4]).missed(0));
    assertThat(bare.isAfterLoss()).isTrue();
    assertThat(bare.missed()).isEqualTo(Gap.UNCOUNTED);
    // A number that is said to stand where there is no room for it.
    Pages full = new Pages(0).rest();
    full.memory.putInt(8, full.memory.getInt(8) | 3 << 30);
    assertThat(over(full).missed()).isEqualTo(Gap.UNCOUNTED);
  }

  @Test
  void next_beyondTheData_isMalformed() {
    for (int header : new int[] {28, 27 << 5 | 1 << 5, 0, 1 << 5 | 29, 30, 31}) {
      Pages pages = new Pages(0).event(1, new byte[4]);
      pages.memory.putInt(16, header);
      for (int length : new int[] {1 << 20, Integer.MIN_VALUE, -4, 0, 3}) {
        pages.memory.putInt(20, length);
        TracePage page = over(pages);
        while (page.next()) {
          assertThat(page.data() + page.length()).isLessThanOrEqualTo(24);
        }
      }
    }
    Pages pages = new Pages(0).event(1, new byte[4]);
    pages.memory.putLong(8, 5000);
    assertThat(over(pages).isMalformed()).isTrue();
  }

  /** Whatever the bytes: it ends, within the page, and the decoder reads within the event. */
  @Test
  void decode_ofRandomPages_endsWithinThem() {
    for (long seed : SEEDS) {
      Random random = new Random(seed);
      for (int round = 0; round < ROUNDS; round++) {
        Pages pages = TraceDecoderTest.sample(random);
        int changes = random.nextInt(60);
        for (int i = 0; i < changes; i++) {
          int at = random.nextInt(4) == 0 ? random.nextInt(Pages.SIZE) : random.nextInt(400);
          pages.memory.put(at, (byte) random.nextInt());
        }
        if (random.nextInt(10) == 0) {
          random.nextBytes(pages.memory.array());
        }
        RecordedEvents events = new RecordedEvents();
        pages.decode(new TraceDecoder(Pages.oldFormats()), events);
        assertThat(events.all().size()).as("seed %d, round %d", seed, round).isLessThan(Pages.SIZE / 4);
      }
    }
  }

  @Test
  void parse_ofOtherHeaders_refusesWhatIsNone() {
    assertThat(PageLayout.parse(Pages.HEADER.replace("4080", "65520")).size()).isEqualTo(65536);
    // A 32-bit kernel's.
    assertThat(PageLayout.parse(Pages.HEADER.replace("offset:8;\tsize:8", "offset:8;\tsize:4")
        .replace("offset:16;\tsize:4080", "offset:12;\tsize:4084")).data()).isEqualTo(12);
    for (String text : new String[] {"", Pages.HEADER.replace("timestamp", "x"), Pages.HEADER.replace("4080", "0"),
        Pages.HEADER.replace("offset:16", "offset:4"), Pages.HEADER.replace("4080", "999999999")}) {
      assertThatThrownBy(() -> PageLayout.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
