/** Tests of HTTP. */
@NullMarked
package io.taskhistory.api.http;

import org.jspecify.annotations.NullMarked;
