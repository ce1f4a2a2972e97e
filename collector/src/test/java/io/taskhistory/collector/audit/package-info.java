/** The kernel's audit system, against the real one, with rules that match nobody but the tests' own children. */
@NullMarked
package io.taskhistory.collector.audit;

import org.jspecify.annotations.NullMarked;
