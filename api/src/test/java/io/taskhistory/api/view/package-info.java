/** Tests of what answers are made of. */
@NullMarked
package io.taskhistory.api.view;

import org.jspecify.annotations.NullMarked;
