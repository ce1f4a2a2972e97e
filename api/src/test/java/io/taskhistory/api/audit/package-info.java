@NullMarked
package io.taskhistory.api.audit;

import org.jspecify.annotations.NullMarked;
