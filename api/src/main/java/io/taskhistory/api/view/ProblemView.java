package io.taskhistory.api.view;

import io.taskhistory.api.ask.Refusal;

/** A problem document of RFC 9457. */
public record ProblemView(String type, String title, int status, String detail) {

  public static ProblemView of(Refusal refusal) {
    Refusal.Kind kind = refusal.kind();
    return new ProblemView(kind.type(), kind.title(), kind.status(), refusal.detail());
  }
}
