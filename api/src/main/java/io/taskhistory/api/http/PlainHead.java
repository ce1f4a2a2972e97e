package io.taskhistory.api.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.net.UnixDomainPrincipal;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The head of a {@code GET} without a body in whose target nothing is encoded: there is only one way to read it. */
final class PlainHead implements RequestHead {

  private final Request request;
  private final HttpFields headers;
  private final String path;
  private final @Nullable String query;
  private final Map<String, List<String>> parameters;

  private PlainHead(Request request, String path, @Nullable String query) {
    this.request = request;
    this.headers = request.getHeaders();
    this.path = path;
    this.query = query;
    this.parameters = query == null ? Map.of() : parameters(query);
  }

  /** That of {@code request}, or null where it is another kind of request. */
  static @Nullable PlainHead of(Request request) {
    HttpFields headers = request.getHeaders();
    HttpURI uri = request.getHttpURI();
    String path = uri.getPath();
    String query = uri.getQuery();
    boolean isPlain = request.getMethod().equals("GET") && path != null && path.equals(uri.getCanonicalPath())
        && path.indexOf('%') < 0 && path.indexOf(';') < 0
        && (query == null || query.indexOf('%') < 0 && query.indexOf('+') < 0)
        && !headers.contains(HttpHeader.CONTENT_LENGTH) && !headers.contains(HttpHeader.TRANSFER_ENCODING)
        && !headers.contains(HttpHeader.EXPECT);
    return isPlain ? new PlainHead(request, path, query) : null;
  }

  private static Map<String, List<String>> parameters(String query) {
    Map<String, List<String>> parameters = new HashMap<>();
    for (String part : query.split("&")) {
      if (!part.isEmpty()) {
        int equals = part.indexOf('=');
        parameters.computeIfAbsent(equals < 0 ? part : part.substring(0, equals), name -> new ArrayList<>(1))
            .add(equals < 0 ? "" : part.substring(equals + 1));
      }
    }
    return parameters;
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public @Nullable String query() {
    return query;
  }

  @Override
  public Map<String, List<String>> parameters() {
    return parameters;
  }

  @Override
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  @Override
  public List<String> headers(String name) {
    return headers.getValuesList(name);
  }

  @Override
  public String remoteAddress() {
    return Request.getRemoteAddr(request);
  }

  @Override
  public @Nullable UnixDomainPrincipal peer() {
    return (UnixDomainPrincipal) request.getAttribute(PeerConnector.PEER);
  }
}
