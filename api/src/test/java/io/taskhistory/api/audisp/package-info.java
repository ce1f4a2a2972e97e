/** The plugin without an auditd. */
@NullMarked
package io.taskhistory.api.audisp;

import org.jspecify.annotations.NullMarked;
