package io.taskhistory.store;

/** The place of one exec in the order of all. */
public record ExecCursor(int boot, long time, int pid) {}
