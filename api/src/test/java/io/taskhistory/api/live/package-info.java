/**
 * The program as a process on the live kernel, asked over HTTP about real children. What is true is told by those
 * themselves, by wait(2), /proc or strace, never by our own code. All of it needs root.
 */
@NullMarked
package io.taskhistory.api.live;

import org.jspecify.annotations.NullMarked;
