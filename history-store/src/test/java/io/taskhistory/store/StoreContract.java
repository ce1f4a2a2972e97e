package io.taskhistory.store;

import io.taskhistory.history.ClockLedger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the contracts have in common: a store that is opened for each test, and may be opened again. */
public abstract class StoreContract {

  protected static final BootFacts FIRST_BOOT = facts(1);
  protected static final BootFacts SECOND_BOOT = facts(2);

  HistoryStore store;
  HistoryWriter writer;
  HistoryReader reader;

  /** Opens the store; the next time, what is kept by then goes on. */
  protected abstract HistoryStore open(BootFacts boot);

  /** Some boot, the same for the same number. */
  public static BootFacts facts(int number) {
    return new BootFacts(
        "%08d-0000-4000-8000-000000000000".formatted(number), number * 1_000_000L, new ClockLedger.Row(5, 7, 0));
  }

  @BeforeEach
  final void openFirst() {
    openAgain(FIRST_BOOT);
  }

  @AfterEach
  final void closeLast() {
    store.close();
  }

  final void openAgain(BootFacts boot) {
    if (store != null) {
      store.close();
    }
    store = open(boot);
    writer = store.writer();
    reader = store.reader();
  }
}
