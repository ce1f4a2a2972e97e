package io.taskhistory.collector.source;

/**
 * How far a source had come, as kept with what came of it.
 *
 * @param time up to when everything was applied, on the monotonic clock; -1 where nothing was
 * @param position what {@link EventSource#position} said then; empty where it said nothing, or another source did
 */
public record Checkpoint(long time, byte[] position) {

  /** Nothing was kept. */
  public static final Checkpoint NONE = new Checkpoint(-1, new byte[0]);

  public Checkpoint {
    position = position.clone();
  }

  @Override
  public byte[] position() {
    return position.clone();
  }
}
