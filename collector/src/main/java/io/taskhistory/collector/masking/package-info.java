/** Secrets in arguments are taken out before anything keeps them: which parts those are, and what stands in their place. */
@NullMarked
package io.taskhistory.collector.masking;

import org.jspecify.annotations.NullMarked;
