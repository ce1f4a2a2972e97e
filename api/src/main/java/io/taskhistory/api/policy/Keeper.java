package io.taskhistory.api.policy;

import io.taskhistory.collector.CollectorView;
import io.taskhistory.store.HistoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches what is limited and does what is configured, in a thread of its own, until it is closed. */
public final class Keeper implements AutoCloseable {

  /**
   * What it does it with.
   *
   * @param directory the data directory
   * @param runner runs programs
   * @param systemLog the socket that the system's log is read from
   */
  public record Setup(Policy policy, Path directory, Runner runner, Path systemLog) {

    /** On the host itself. */
    public static Setup of(Policy policy, Path directory, Runner runner) {
      return new Setup(policy, directory, runner, SystemLog.SOCKET);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
  private static final long PERIOD_MILLIS = 1000;

  private final String origin;
  private final Freezer freezer;
  private final SystemLog systemLog;
  private final Watch watch;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "upkeep");

  private Keeper(Setup setup, Disk disk, HistoryStore store, CollectorView collector) {
    origin = setup.policy.origin();
    freezer = Freezer.of(setup.policy.cgroupsToSuspend(), setup.directory);
    systemLog = new SystemLog(setup.systemLog);
    watch = new Watch(setup.policy, disk, store.upkeep(), collector,
        new Performer(setup.runner, systemLog, freezer), Times.REAL, AgeClock.of(Times.REAL, store.reader()));
    thread.setPriority(Thread.MIN_PRIORITY);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Begins; whatever an earlier one left frozen is thawed first.
   *
   * @throws PolicyException where what is configured cannot be on this machine
   */
  public static Keeper start(Setup setup, HistoryStore store, CollectorView collector) {
    LeftFrozen.thaw(setup.directory);
    try {
      Disk disk = Disk.of(setup.directory);
      check(setup.policy, disk.total());
      return new Keeper(setup, disk, store, collector);
    } catch (IOException e) {
      throw new PolicyException("the file system of " + setup.directory + " cannot be looked at: " + e.getMessage(), e);
    }
  }

  /**
   * Looks whether what is configured can be on this machine, as far as that shows before anything is started.
   *
   * @throws PolicyException where it cannot
   */
  public static void check(Policy policy, Path directory) {
    Freezer.check(policy.suspendCgroups(), directory);
  }

  /**
   * Thaws what a service that has ended left frozen.
   *
   * @return how many cgroups it was
   */
  public static int thawLeftBehind(Path directory) {
    return LeftFrozen.thaw(directory);
  }

  private static void check(Policy policy, long total) {
    long left = policy.spaceLeft().of(total);
    if (left > 0 && policy.adminSpaceLeft().of(total) >= left) {
      throw new PolicyException("admin_space_left (" + policy.adminSpaceLeft() + ") has to be less than space_left ("
          + policy.spaceLeft() + "), and is not on a file system of " + (total >> 20) + " MiB");
    }
  }

  /** Any thread may ask. */
  public PolicyState state() {
    return new PolicyState(origin, watch.limits(), freezer.frozen(), watch.dropped());
  }

  private void run() {
    boolean failed = false;
    try {
      while (!stop.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS)) {
        try {
          watch.look();
          failed = false;
        } catch (RuntimeException e) {
          if (!failed) {
            LOG.error("limits cannot be looked at, which is tried again: {}", e.toString(), e);
          }
          failed = true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Thaws whatever is suspended. */
  @Override
  public void close() {
    stop.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    freezer.close();
    systemLog.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
