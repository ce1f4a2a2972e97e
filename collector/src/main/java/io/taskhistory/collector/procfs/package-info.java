/** What /proc tells about tasks, in proc(5)'s words. */
@NullMarked
package io.taskhistory.collector.procfs;

import org.jspecify.annotations.NullMarked;
