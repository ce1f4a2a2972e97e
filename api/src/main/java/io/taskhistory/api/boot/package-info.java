/** What the kernel has to be told so that it records from its first thread on, and where that is written down. */
@NullMarked
package io.taskhistory.api.boot;

import org.jspecify.annotations.NullMarked;
