/** Tests of the command line. */
@NullMarked
package io.taskhistory.api.cli;

import org.jspecify.annotations.NullMarked;
