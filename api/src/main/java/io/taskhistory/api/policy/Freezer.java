package io.taskhistory.api.policy;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has cgroups stand still, and sees to it that they move again: when it is told so, when the service stops, by a {@link
 * FreezeGuard} when it is killed, and by a {@link FrozenList} at the next start where that was killed too. For one
 * thread at a time, but for {@link #frozen}.
 */
final class Freezer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Freezer.class);
  private static final long CONFIRMED_WITHIN = 1_000_000_000L;
  private static final long PAUSE_MILLIS = 10;

  private final List<String> paths;
  private final CgroupRoots roots;
  private final Protection protection = new Protection();
  private final FrozenList list;
  private final FreezeGuard guard;
  private volatile Map<String, Cgroup> frozen = Map.of();

  /** Why which is not, as it was said last. */
  private final Map<String, String> refused = new HashMap<>();

  /** Of which it was said that they cannot be thawed. */
  private final Set<String> unthawed = new HashSet<>();

  private Freezer(List<String> paths, CgroupRoots roots, FrozenList list) {
    this.paths = paths;
    this.roots = roots;
    this.list = list;
    this.guard = new FreezeGuard(list.file());
  }

  /**
   * For the cgroups of these paths, none where there are none.
   *
   * @throws PolicyException where one may not be frozen, as it is now, or nothing can be
   */
  static Freezer of(List<String> paths, Path directory) {
    try {
      Freezer freezer = new Freezer(paths, CgroupRoots.read(), new FrozenList(directory));
      freezer.check();
      freezer.adopt();
      if (!paths.isEmpty()) {
        paths.stream().filter(path -> freezer.roots.find(path).isEmpty())
            .forEach(path -> LOG.warn("suspend_cgroups: there is no cgroup {} yet", path));
        freezer.remember(freezer.frozen);
      }
      return freezer;
    } catch (IOException e) {
      throw new PolicyException("suspend_cgroups: what is frozen could not be thawed again after a crash: "
          + e.getMessage() + "; mend that, or take suspend out of the actions", e);
    }
  }

  /**
   * Looks whether those may be frozen, as things are now.
   *
   * @throws PolicyException where one may not, or nothing can be
   */
  static void check(List<String> paths, Path directory) {
    try {
      new Freezer(paths, CgroupRoots.read(), new FrozenList(directory)).check();
    } catch (IOException e) {
      throw new PolicyException("suspend_cgroups: it cannot be told what is mounted: " + e.getMessage(), e);
    }
  }

  /** What was left frozen and could not be thawed is ours to thaw, as soon as that can be. */
  private void adopt() {
    Map<String, Cgroup> left = new LinkedHashMap<>();
    try {
      for (Path file : list.read()) {
        roots.of(file).ifPresent(cgroup -> left.put(roots.path(cgroup), cgroup));
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("{} cannot be read: {}", list.file(), e.getMessage());
    }
    unthawed.addAll(left.keySet());
    frozen = left;
  }

  /** One that is not there yet may come: the service starts early. */
  private void check() {
    if (!paths.isEmpty() && roots.unified() == null && roots.first() == null) {
      throw new PolicyException("suspend_cgroups: nothing can be frozen here; mount cgroup2, or the freezer of cgroup v1");
    }
    for (String path : paths) {
      roots.find(path).flatMap(this::reason).ifPresent(reason -> {
        throw new PolicyException("suspend_cgroups: " + path + " may not be frozen: " + reason + "; name others");
      });
    }
  }

  private Optional<String> reason(Cgroup cgroup) {
    try {
      return protection.reason(cgroup.processes());
    } catch (IOException | DirectoryIteratorException e) {
      return Optional.of("who is in it cannot be told (" + e.getMessage() + ")");
    }
  }

  /** The paths of those that we have frozen. Any thread may ask. */
  List<String> frozen() {
    return List.copyOf(frozen.keySet());
  }

  /** Freezes all that can be and are not. Why one is not is said once, however often that is tried. */
  void freeze() {
    for (String path : paths) {
      if (!frozen.containsKey(path)) {
        roots.find(path).ifPresentOrElse(cgroup -> freeze(path, cgroup),
            () -> refuse(path, "there is no such cgroup"));
      }
    }
  }

  private void refuse(String path, String reason) {
    if (!reason.equals(refused.put(path, reason))) {
      LOG.error("{} is not suspended: {}", path, reason);
    }
  }

  private void freeze(String path, Cgroup cgroup) {
    Optional<String> reason = reason(cgroup);
    if (reason.isPresent()) {
      refuse(path, reason.get());
      return;
    }
    try {
      if (cgroup.isAskedToFreeze()) {
        refuse(path, "somebody else has frozen it already, and so it is not ours to thaw");
        return;
      }
      Map<String, Cgroup> more = new LinkedHashMap<>(frozen);
      more.put(path, cgroup);
      remember(more);
      cgroup.freeze();
      refused.remove(path);
      LOG.warn("{} is suspended{}", path, standsStill(cgroup) ? "" : ", but something in it does not stand still yet");
      leaveAloneWhoIsNeeded();
    } catch (IOException e) {
      refuse(path, "it cannot be: " + e.getMessage());
      thaw(List.of(path));
    }
  }

  /** First it has to be known, by the disk and by the guard, and only then be so. */
  private void remember(Map<String, Cgroup> now) throws IOException {
    List<Path> switches = now.values().stream().map(Cgroup::freezeSwitch).toList();
    frozen = now;
    guard.guard(switches);
    list.write(switches);
  }

  private static boolean standsStill(Cgroup cgroup) throws IOException {
    long since = System.nanoTime();
    try {
      while (!cgroup.isFrozen()) {
        if (System.nanoTime() - since > CONFIRMED_WITHIN) {
          return false;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whoever may not be frozen may have come into one since it was looked at. That one is thawed again. */
  void leaveAloneWhoIsNeeded() {
    List<String> again = new ArrayList<>();
    frozen.forEach((path, cgroup) -> reason(cgroup).ifPresent(reason -> {
      LOG.error("{} is thawed again: {}", path, reason);
      refused.put(path, reason);
      again.add(path);
    }));
    thaw(again);
  }

  /** Sees to it that somebody thaws when we are killed; costs nothing where somebody does. */
  void keepGuard() {
    if (!frozen.isEmpty() && !guard.isAlive()) {
      try {
        guard.guard(frozen.values().stream().map(Cgroup::freezeSwitch).toList());
      } catch (IOException e) {
        LOG.error("what is suspended is thawed, as nobody would if this service were killed: {}", e.getMessage());
        thaw();
      }
    }
  }

  /** Thaws all that we have frozen. What cannot be is tried again with the next call. */
  void thaw() {
    refused.clear();
    thaw(frozen());
  }

  private void thaw(List<String> which) {
    Map<String, Cgroup> left = new LinkedHashMap<>(frozen);
    for (String path : which) {
      Cgroup cgroup = left.get(path);
      try {
        if (cgroup != null) {
          if (cgroup.thaw()) {
            LOG.warn("{} goes on", path);
          }
          left.remove(path);
          unthawed.remove(path);
        }
      } catch (IOException e) {
        if (unthawed.add(path)) {
          LOG.error("{} cannot be thawed, which is tried again: {}", path, e.getMessage());
        }
      }
    }
    if (left.size() < frozen.size()) {
      try {
        remember(left);
      } catch (IOException e) {
        LOG.error("{} cannot be written: {}", list.file(), e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    thaw();
    guard.close();
    try {
      if (frozen.isEmpty()) {
        list.delete();
      }
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted: {}", list.file(), e.getMessage());
    }
  }
}
