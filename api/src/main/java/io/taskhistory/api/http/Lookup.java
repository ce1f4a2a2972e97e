package io.taskhistory.api.http;

import io.taskhistory.api.ask.Viewer;

/** Answers a call about one task, whose parameters have been held against its description. */
interface Lookup {

  Reply answer(Params params, Viewer viewer);
}
