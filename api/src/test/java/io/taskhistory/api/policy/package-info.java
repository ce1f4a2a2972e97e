/** Tests of what is done where something cannot be kept. */
@NullMarked
package io.taskhistory.api.policy;

import org.jspecify.annotations.NullMarked;
