@NullMarked
package io.taskhistory.collector.masking;

import org.jspecify.annotations.NullMarked;
