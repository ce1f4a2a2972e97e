/** The service that wires collector, store and HTTP, and the files by which other commands find it. */
@NullMarked
package io.taskhistory.api.service;

import org.jspecify.annotations.NullMarked;
