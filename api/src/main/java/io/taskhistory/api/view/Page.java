package io.taskhistory.api.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a long answer.
 *
 * @param next the cursor to go on from, null at the end
 */
public record Page<T>(List<T> items, @Nullable String next, String watermark) {}
