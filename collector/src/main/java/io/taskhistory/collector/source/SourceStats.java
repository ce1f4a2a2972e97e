package io.taskhistory.collector.source;

/**
 * What a source has done since it was opened.
 *
 * @param events passed on
 * @param lost events known to be lost; where nobody counted them, at least one for each loss
 * @param losses how often some were lost
 * @param buffer the size of the kernel's buffer in bytes
 */
public record SourceStats(long events, long lost, long losses, long buffer) {}
