@NullMarked
package io.taskhistory.api.lines;

import org.jspecify.annotations.NullMarked;
