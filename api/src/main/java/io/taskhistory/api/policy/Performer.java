package io.taskhistory.api.policy;

import io.taskhistory.api.policy.Action.Exec;
import io.taskhistory.api.policy.Action.Plain;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what is to be done when a limit comes to be crossed, and takes back what can be when it is respected again. */
final class Performer {

  private static final Logger LOG = LoggerFactory.getLogger(Performer.class);

  /** As auditd shuts a machine down (change_runlevel() in auditd-event.c of the audit package). */
  private static final List<String> HALT = List.of("/sbin/init", "0");

  private final Runner runner;
  private final SystemLog systemLog;
  private final Freezer freezer;
  private final List<String> halt;

  /** What somebody is suspended for. */
  private final Set<Trigger> causes = EnumSet.noneOf(Trigger.class);

  /** For what nobody has to wait. */
  private final Set<Trigger> harmless = EnumSet.noneOf(Trigger.class);

  Performer(Runner runner, SystemLog systemLog, Freezer freezer) {
    this(runner, systemLog, freezer, HALT);
  }

  /** With another program that halts the machine. */
  Performer(Runner runner, SystemLog systemLog, Freezer freezer, List<String> halt) {
    this.runner = runner;
    this.systemLog = systemLog;
    this.freezer = freezer;
    this.halt = halt;
  }

  /** All but rotating, which goes on and on. */
  void perform(Trigger trigger, List<Action> actions, String detail) {
    for (Action action : actions) {
      try {
        perform(trigger, action, detail);
      } catch (RuntimeException e) {
        // The next one may be what helps.
        LOG.error("{}: the action {} failed: {}", trigger.label(), action, e.toString());
      }
    }
  }

  private void perform(Trigger trigger, Action action, String detail) {
    if (action instanceof Exec exec) {
      exec(trigger, exec, detail);
    } else if (action == Plain.LOG) {
      LOG.warn("{}: {}", trigger.label(), detail);
      systemLog.write(trigger.label() + ": " + detail);
    } else if (action == Plain.SUSPEND) {
      causes.add(trigger);
      if (isAnyoneToWait()) {
        freezer.freeze();
      }
    } else if (action == Plain.HALT) {
      LOG.error("{}: {}; the machine is halted, as is configured", trigger.label(), detail);
      systemLog.write(trigger.label() + ": " + detail + "; the machine is halted");
      runner.runAtOnce(halt, told(trigger, detail));
    }
  }

  private void exec(Trigger trigger, Exec exec, String detail) {
    // It was looked at when it was configured, which can be long ago.
    Optional<String> problem = Actions.problem(exec.program());
    if (problem.isPresent()) {
      LOG.error("{}: {}", trigger.label(), problem.get());
    } else {
      runner.run(List.of(exec.program().toString()), told(trigger, detail));
    }
  }

  private static Map<String, String> told(Trigger trigger, String detail) {
    return Map.of("TASKHISTORY_EVENT", trigger.label(), "TASKHISTORY_DETAIL", detail);
  }

  /** Takes back what can be. */
  void takeBack(Trigger trigger, List<Action> actions) {
    if (actions.contains(Plain.LOG)) {
      LOG.warn("{}: is over", trigger.label());
      systemLog.write(trigger.label() + ": is over");
    }
    causes.remove(trigger);
    if (!isAnyoneToWait()) {
      freezer.thaw();
    }
  }

  /** Says of what a limit is crossed for whether all that happens can be kept nonetheless: nobody has to wait then. */
  void letGoOn(Trigger trigger, boolean isHarmless) {
    if (isHarmless ? harmless.add(trigger) : harmless.remove(trigger)) {
      if (isAnyoneToWait()) {
        freezer.freeze();
      } else {
        freezer.thaw();
      }
    }
  }

  private boolean isAnyoneToWait() {
    return !harmless.containsAll(causes);
  }

  /** Every second. */
  void keepUp(boolean thoroughly) {
    freezer.keepGuard();
    if (!isAnyoneToWait()) {
      freezer.thaw(); // what could not be thawed before
    } else if (thoroughly) {
      freezer.leaveAloneWhoIsNeeded();
      freezer.freeze(); // what was not there before, or could not be
    }
  }
}
