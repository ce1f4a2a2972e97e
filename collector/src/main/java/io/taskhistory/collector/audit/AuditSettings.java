package io.taskhistory.collector.audit;

import io.taskhistory.collector.masking.Mask;
import io.taskhistory.collector.procfs.ProcTasks;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * How audit is to be followed.
 *
 * @param rules what the kernel is to put on record for us; see {@link TaskRules}. Empty where an administrator says that
 * @param isSpine whether tasks and entries come of it; else it completes those of another source
 * @param proc what tells whether a process that a clone names is there
 * @param lag how far the clock that stamps records can be behind, in nanoseconds
 * @param ofWall the monotonic time at which the wall clock showed a time
 * @param ofStart the monotonic time of a start that /proc gives in ticks
 * @param mask what takes secrets out of arguments
 */
public record AuditSettings(
    AuditRole role, List<AuditRule> rules, boolean isSpine, ProcTasks proc, long lag,
    LongUnaryOperator ofWall, LongUnaryOperator ofStart, Mask mask) {

  public AuditSettings {
    rules = List.copyOf(rules);
  }
}
