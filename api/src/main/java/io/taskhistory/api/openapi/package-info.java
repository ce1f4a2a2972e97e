/** The HTTP interface as it is described: what each call takes and gives, and the document that says so. */
@NullMarked
package io.taskhistory.api.openapi;

import org.jspecify.annotations.NullMarked;
