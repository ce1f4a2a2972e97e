/**
 * From what happened to what we know: the rules by which task events become tasks and entries, and the ways in which
 * /proc fills in what events do not tell. Everything in here but {@code DetailsReader} runs on the collector's thread.
 */
@NullMarked
package io.taskhistory.collector.tracking;

import org.jspecify.annotations.NullMarked;
