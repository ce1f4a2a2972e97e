/** From the kernel to the store: the loop that drains sources, applies what happened and commits what is known. */
@NullMarked
package io.taskhistory.collector;

import org.jspecify.annotations.NullMarked;
