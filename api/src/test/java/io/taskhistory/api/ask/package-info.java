/** Tests of questions. */
@NullMarked
package io.taskhistory.api.ask;

import org.jspecify.annotations.NullMarked;
