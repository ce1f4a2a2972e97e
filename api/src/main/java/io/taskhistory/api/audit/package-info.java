/** Text on its way to the service that enriches it, and audit log text above all. */
@NullMarked
package io.taskhistory.api.audit;

import org.jspecify.annotations.NullMarked;
