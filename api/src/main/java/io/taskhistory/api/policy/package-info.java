/**
 * What is done where something cannot be kept: limits, what is done when one is crossed, and how it is configured, in the
 * words of auditd.conf(5). {@link io.taskhistory.api.policy.Keeper} watches and acts.
 */
@NullMarked
package io.taskhistory.api.policy;

import org.jspecify.annotations.NullMarked;
