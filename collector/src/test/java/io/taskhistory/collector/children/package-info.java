/** Real children for tests: small C programs that do on cue what the kernel then reports. */
@NullMarked
package io.taskhistory.collector.children;

import org.jspecify.annotations.NullMarked;
