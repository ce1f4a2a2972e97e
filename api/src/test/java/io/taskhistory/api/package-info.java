/** What the tests of this module share. */
@NullMarked
package io.taskhistory.api;

import org.jspecify.annotations.NullMarked;
