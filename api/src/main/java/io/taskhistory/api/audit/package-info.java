/** Audit log text on its way to the service that enriches it. */
@NullMarked
package io.taskhistory.api.audit;

import org.jspecify.annotations.NullMarked;
