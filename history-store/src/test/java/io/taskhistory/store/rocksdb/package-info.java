@NullMarked
package io.taskhistory.store.rocksdb;

import org.jspecify.annotations.NullMarked;
