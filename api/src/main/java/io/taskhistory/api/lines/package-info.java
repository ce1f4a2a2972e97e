/** Logs of other tools, a line at a time: where they name a task and a time, and where its history goes. */
@NullMarked
package io.taskhistory.api.lines;

import org.jspecify.annotations.NullMarked;
