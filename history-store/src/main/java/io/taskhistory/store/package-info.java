/**
 * The ports through which what we know is kept and found again: one for the single writer, one for its many readers.
 * {@code memory} and {@code rocksdb} stand behind them and pass the same contract suite.
 */
@NullMarked
package io.taskhistory.store;

import org.jspecify.annotations.NullMarked;
