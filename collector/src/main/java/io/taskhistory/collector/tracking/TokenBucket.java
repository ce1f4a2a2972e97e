package io.taskhistory.collector.tracking;

/** Lets {@code rate} things a second through, and {@code burst} at once after a rest. For one thread. */
final class TokenBucket {

  private static final long SECOND = 1_000_000_000L;

  private final long perToken;
  private final long burst;
  private long tokens;
  private long filledAt;

  TokenBucket(int rate, int burst, long now) {
    if (rate < 1 || rate > SECOND || burst < 1) {
      throw new IllegalArgumentException("rate " + rate + " burst " + burst);
    }
    this.perToken = SECOND / rate;
    this.burst = burst;
    this.tokens = burst;
    this.filledAt = now;
  }

  /** Takes a token at {@code now}, in nanoseconds; 0 if there was one, else how long to wait before asking again. */
  long take(long now) {
    long earned = (now - filledAt) / perToken;
    if (earned > 0) {
      tokens = Math.min(burst, tokens + earned);
      filledAt += earned * perToken;
    }
    if (tokens == 0) {
      return filledAt + perToken - now;
    }
    tokens--;
    return 0;
  }
}
