package io.taskhistory.api.openapi;

import org.jspecify.annotations.Nullable;

/**
 * What a call takes in its body.
 *
 * @param line the class of one line of it; null where it is a text
 */
public record Request(String media, @Nullable Class<?> line, String description, String example) {}
