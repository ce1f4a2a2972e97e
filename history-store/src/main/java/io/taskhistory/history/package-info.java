/**
 * The language of the project: what we know about tasks. Nothing in here knows where it came from or where it is kept.
 *
 * <p>Three words are never mixed: a <em>raw record</em> is what the kernel said, a <em>task event</em> is what happened,
 * and a {@link io.taskhistory.history.Task task} or an {@link io.taskhistory.history.Entry entry} is what we know.
 *
 * <p>Times are nanoseconds on the kernel's monotonic clock of one boot unless a name says otherwise ({@code wall…}:
 * nanoseconds since 1970 UTC; {@code bootClock…}: CLOCK_BOOTTIME).
 */
@NullMarked
package io.taskhistory.history;

import org.jspecify.annotations.NullMarked;
