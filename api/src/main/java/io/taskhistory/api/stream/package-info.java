/** What happens, told to many readers as it is kept, by one thread that waits for none of them. */
@NullMarked
package io.taskhistory.api.stream;

import org.jspecify.annotations.NullMarked;
