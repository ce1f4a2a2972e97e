/** Debian's real auditd, with files of its own, for tests. */
@NullMarked
package io.taskhistory.api.auditd;

import org.jspecify.annotations.NullMarked;
