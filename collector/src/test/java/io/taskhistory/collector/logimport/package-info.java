@NullMarked
package io.taskhistory.collector.logimport;

import org.jspecify.annotations.NullMarked;
