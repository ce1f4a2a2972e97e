/** The page in a real browser, against the real server. */
@NullMarked
package io.taskhistory.api.page;

import org.jspecify.annotations.NullMarked;
