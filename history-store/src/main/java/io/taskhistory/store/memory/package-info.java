/** The reference store: in memory, slow and obviously right. The real one is compared with it. */
@NullMarked
package io.taskhistory.store.memory;

import org.jspecify.annotations.NullMarked;
