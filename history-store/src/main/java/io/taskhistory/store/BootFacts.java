package io.taskhistory.store;

import io.taskhistory.history.ClockLedger;

/**
 * What a store has to be told about the running kernel to know whether it goes on with a boot or begins one.
 *
 * @param bootId {@code /proc/sys/kernel/random/boot_id}
 * @param wallStart the wall-clock time of the boot as it computes now; counts only where the boot is new to the store
 * @param clock how the clocks stand now
 */
public record BootFacts(String bootId, long wallStart, ClockLedger.Row clock) {}
