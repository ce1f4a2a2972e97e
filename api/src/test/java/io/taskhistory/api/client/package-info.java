@NullMarked
package io.taskhistory.api.client;

import org.jspecify.annotations.NullMarked;
