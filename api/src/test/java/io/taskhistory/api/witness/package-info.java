/**
 * A second opinion on what the kernel does: a recording of its own, read as text and replayed by a few plain rules.
 * Nothing in here is, or uses, code of the product.
 */
@NullMarked
package io.taskhistory.api.witness;

import org.jspecify.annotations.NullMarked;
