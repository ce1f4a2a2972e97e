/** HTTP as a client that has much to send needs it. */
@NullMarked
package io.taskhistory.api.client;

import org.jspecify.annotations.NullMarked;
