/**
 * The auditd plugin: from the dispatcher's pipe to the enriched log. {@code Intake} only reads, into a bounded {@code
 * LineQueue}; {@code Plugin} cuts what is in there into batches, has the service enrich them, and writes them into the
 * {@code EnrichedLog}. Where something is missing in there, or not enriched, a record says so: {@code Marks}.
 */
@NullMarked
package io.taskhistory.api.audisp;

import org.jspecify.annotations.NullMarked;
