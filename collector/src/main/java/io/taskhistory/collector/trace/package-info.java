/**
 * The kernel's trace buffer as a source: a tracefs instance of our own (Documentation/trace/ftrace.rst), whose binary
 * pages are read and merged.
 *
 * <p>One event goes through: {@code CpuReader} reads the sub-buffer that it is in straight into a slot of the
 * {@code Journal}, a mapped file, so that a process killed right there loses nothing; {@code TracePage} walks over the
 * page and tells its time; {@code Merge} takes it when no other processor has an earlier one; {@code TraceDecoder}
 * makes the call that says what happened. The slot is given back when what came of all its events is kept. Nothing is
 * allocated on the way but paths that were not seen lately.
 *
 * <p>Where things lie is read from the kernel, not assumed: {@code PageLayout} reads {@code header_page},
 * {@code EventFormat} the {@code format} files.
 */
@NullMarked
package io.taskhistory.collector.trace;

import org.jspecify.annotations.NullMarked;
