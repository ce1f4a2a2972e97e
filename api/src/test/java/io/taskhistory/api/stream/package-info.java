/** Tests of streams of events. */
@NullMarked
package io.taskhistory.api.stream;

import org.jspecify.annotations.NullMarked;
