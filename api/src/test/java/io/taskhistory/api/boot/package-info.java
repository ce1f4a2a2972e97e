/** The service in a machine of its own, which these tests boot: what came before the service was started. */
@NullMarked
package io.taskhistory.api.boot;

import org.jspecify.annotations.NullMarked;
