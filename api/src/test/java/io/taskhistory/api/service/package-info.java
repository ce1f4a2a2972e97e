/** Tests of the service. */
@NullMarked
package io.taskhistory.api.service;

import org.jspecify.annotations.NullMarked;
