/** The trace source against the running kernel, in instances of the tests' own. */
@NullMarked
package io.taskhistory.collector.trace;

import org.jspecify.annotations.NullMarked;
