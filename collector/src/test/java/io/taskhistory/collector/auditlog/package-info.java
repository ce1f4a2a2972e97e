/** Tests of the audit records' language. */
@NullMarked
package io.taskhistory.collector.auditlog;

import org.jspecify.annotations.NullMarked;
