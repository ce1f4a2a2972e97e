package io.taskhistory.api.view;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** One line of the answer to a batch, as it is described; it is written without making any of these. */
public sealed interface LineageView {

  /** The history that was asked for. */
  record LineageFound(
      int pid, @Nullable String at, @JsonPropertyDescription("The task's id.") String task,
      @JsonPropertyDescription("In the style that was asked for.") String history, boolean complete)
      implements LineageView {}

  /** Why there is none. */
  record LineageRefused(
      @JsonPropertyDescription("null where the line did not say one.") @Nullable Integer pid, @Nullable String at,
      LineageErrorView error) implements LineageView {}

  /** The type and detail of a problem document. */
  record LineageErrorView(String type, String detail) {}
}
