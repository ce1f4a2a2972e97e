package io.taskhistory.api.policy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a service that was killed together with its {@link FreezeGuard} left frozen, by its {@link FrozenList}. */
final class LeftFrozen {

  private static final Logger LOG = LoggerFactory.getLogger(LeftFrozen.class);

  private LeftFrozen() {}

  /**
   * Thaws what the list in this directory names. What cannot be stays on it.
   *
   * @return how many cgroups it had frozen
   */
  static int thaw(Path directory) {
    FrozenList list = new FrozenList(directory);
    List<Path> left = new ArrayList<>();
    int thawed = 0;
    try {
      CgroupRoots roots = CgroupRoots.read();
      for (Path file : list.read()) {
        thawed += roots.of(file).filter(cgroup -> thaw(cgroup, left)).isPresent() ? 1 : 0;
      }
      if (left.isEmpty()) {
        list.delete();
      } else {
        list.write(left);
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("what {} lists may be frozen still: {}; thaw it by hand", list.file(), e.getMessage());
    }
    return thawed;
  }

  /** One that cannot be thawed keeps none of the others from it. */
  private static boolean thaw(Cgroup cgroup, List<Path> left) {
    try {
      boolean needed = cgroup.thaw();
      if (needed) {
        LOG.warn("{} had been left frozen, and is thawed", cgroup);
      }
      return needed;
    } catch (IOException e) {
      LOG.error("{} had been left frozen, and cannot be thawed: {}; thaw it by hand", cgroup, e.getMessage());
      left.add(cgroup.freezeSwitch());
      return false;
    }
  }
}
