/**
 * The language of audit records: one parser for what the kernel sends, for {@code audit.log}, and for auditd's enriched
 * format; and the events that several records make together. Reads bytes that anybody can have written: whatever comes
 * in, nothing is thrown and nothing grows without bound.
 */
@NullMarked
package io.taskhistory.collector.auditlog;

import org.jspecify.annotations.NullMarked;
