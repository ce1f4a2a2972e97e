package io.taskhistory.api.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** One line of a batch of questions, as it is described; it is read without making any of these. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LineageQuestionView(
    int pid,
    @JsonPropertyDescription("The time that is meant, as the parameter at of other calls; a number is taken as it is"
        + " written. Now without it.") @Nullable String at,
    @JsonPropertyDescription("The boot that at is in, by its id or the start of it.") @Nullable String boot,
    @JsonPropertyDescription("Where at is not exact: the answer is whoever held the pid alone from at to then, a minute"
        + " at most.") @Nullable String until) {}
