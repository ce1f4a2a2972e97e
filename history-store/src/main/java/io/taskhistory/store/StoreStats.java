package io.taskhistory.store;

/**
 * How much a store holds, as well as it can tell cheaply.
 *
 * @param endedTasks an estimate
 * @param entries an estimate
 * @param bytes on disk
 */
public record StoreStats(long endedTasks, long entries, long bytes) {}
