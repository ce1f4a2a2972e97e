/** What callers may ask, and how the answer is found, whatever the question came in through. */
@NullMarked
package io.taskhistory.api.ask;

import org.jspecify.annotations.NullMarked;
