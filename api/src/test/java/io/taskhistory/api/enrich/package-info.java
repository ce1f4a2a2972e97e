/** Tests. */
@NullMarked
package io.taskhistory.api.enrich;

import org.jspecify.annotations.NullMarked;
