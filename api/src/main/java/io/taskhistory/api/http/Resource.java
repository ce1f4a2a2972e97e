package io.taskhistory.api.http;

import io.javalin.http.Context;

/** Answers one call, whose parameters have been held against its description. */
interface Resource {

  void answer(Context ctx, Params params) throws Exception;
}
