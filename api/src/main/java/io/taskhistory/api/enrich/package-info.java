/**
 * Audit logs with the histories of those who appear in them: {@link io.taskhistory.api.enrich.LogPassage} lets the
 * bytes through, {@link io.taskhistory.api.enrich.EventBook} knows which records belong together and where something is to be
 * added, {@link io.taskhistory.api.enrich.Resolver} finds out who is meant.
 */
@NullMarked
package io.taskhistory.api.enrich;

import org.jspecify.annotations.NullMarked;
