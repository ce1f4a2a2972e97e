/** The program. */
@NullMarked
package io.taskhistory.api;

import org.jspecify.annotations.NullMarked;
