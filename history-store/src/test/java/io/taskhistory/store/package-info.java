/** The contract that every store passes, and what its tests are made with. */
@NullMarked
package io.taskhistory.store;

import org.jspecify.annotations.NullMarked;
