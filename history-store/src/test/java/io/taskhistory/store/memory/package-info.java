@NullMarked
package io.taskhistory.store.memory;

import org.jspecify.annotations.NullMarked;
