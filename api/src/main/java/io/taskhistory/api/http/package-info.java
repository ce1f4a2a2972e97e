/** The HTTP interface: one class lists all routes, a handler for each resource. */
@NullMarked
package io.taskhistory.api.http;

import org.jspecify.annotations.NullMarked;
