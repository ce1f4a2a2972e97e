/** Text that commands read: files, pipes, and logs that are being written. */
@NullMarked
package io.taskhistory.api.input;

import org.jspecify.annotations.NullMarked;
