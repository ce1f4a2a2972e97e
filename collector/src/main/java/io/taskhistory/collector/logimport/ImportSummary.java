package io.taskhistory.collector.logimport;

/**
 * What came of an import.
 *
 * @param records audit records
 * @param unparsable lines that are none
 * @param others records of other machines than the one that was chosen
 * @param events what the records make together and is new
 * @param older events that were in the store already, or came too late to be put in order
 * @param unfinished events of which a record is missing
 * @param boots how many runs of the kernel they belong to
 * @param tasks processes
 * @param linked those of which the log proves who created them
 * @param execs successful ones
 * @param gaps where serials are missing
 * @param missing how many those are
 * @param from the stamp of the first event, by the wall clock in nanoseconds; 0 where there is none
 * @param to the latest stamp
 */
public record ImportSummary(
    long records, long unparsable, long others, long events, long older, long unfinished, int boots, long tasks,
    long linked, long execs, long gaps, long missing, long from, long to) {}
