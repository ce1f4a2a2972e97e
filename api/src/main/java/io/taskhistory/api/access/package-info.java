/** Who is let in: tokens, peers of the local socket, certificates and the names that this service answers as. */
@NullMarked
package io.taskhistory.api.access;

import org.jspecify.annotations.NullMarked;
