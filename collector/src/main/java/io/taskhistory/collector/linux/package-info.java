/**
 * The one place that calls into libc. Results are checked here, calls interrupted by a signal are repeated, and errno
 * becomes a {@link io.taskhistory.collector.linux.LinuxException} with the call's name and what to do about it, or a
 * negative number where a failure is an everyday event (a task that is gone).
 *
 * <p>Structures are laid out as the uapi headers have them on 64-bit machines, in native byte order; constants that
 * differ between x86_64 and aarch64 (O_DIRECTORY and O_NOFOLLOW, {@code struct stat}) are not used at all.
 */
@NullMarked
package io.taskhistory.collector.linux;

import org.jspecify.annotations.NullMarked;
