package io.taskhistory.api.http;

import io.javalin.http.Context;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/** The head of any request. */
record ServletHead(Context ctx) implements RequestHead {

  @Override
  public String method() {
    return ctx.req().getMethod();
  }

  @Override
  public String path() {
    return ctx.path();
  }

  @Override
  public @Nullable String query() {
    return ctx.queryString();
  }

  @Override
  public Map<String, List<String>> parameters() {
    return ctx.queryParamMap();
  }

  @Override
  public @Nullable String header(String name) {
    return ctx.header(name);
  }

  @Override
  public List<String> headers(String name) {
    return Collections.list(ctx.req().getHeaders(name));
  }

  @Override
  public String remoteAddress() {
    return ctx.req().getRemoteAddr();
  }

  @Override
  public @Nullable UnixDomainPrincipal peer() {
    return (UnixDomainPrincipal) ctx.req().getAttribute(PeerConnector.PEER);
  }
}
