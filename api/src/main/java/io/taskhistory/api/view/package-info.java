/** Answers as callers see them: records that become JSON, with every text escaped. */
@NullMarked
package io.taskhistory.api.view;

import org.jspecify.annotations.NullMarked;
