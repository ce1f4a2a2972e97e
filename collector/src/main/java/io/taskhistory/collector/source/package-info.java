/** What a source of task events is, whatever in the kernel it listens to. */
@NullMarked
package io.taskhistory.collector.source;

import org.jspecify.annotations.NullMarked;
