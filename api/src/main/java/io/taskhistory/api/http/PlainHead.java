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
        && (query == null || isPlain(query))
        && hasNoBody(headers) && !headers.contains(HttpHeader.EXPECT);
    return isPlain ? new PlainHead(request, path, query) : null;
  }

  /** Where it has parts, each has a name. */
  private static boolean isPlain(String query) {
    char before = '&';
    for (int i = 0; i < query.length(); i++) {
      char c = query.charAt(i);
      if (c == '%' || c == '+' || before == '&' && (c == '&' || c == '=')) {
        return false;
      }
      before = c;
    }
    return before != '&';
  }

  /** Some clients say of a body that is none how long it is. */
  private static boolean hasNoBody(HttpFields headers) {
    String length = headers.get(HttpHeader.CONTENT_LENGTH);
    return (length == null || length.equals("0")) && !headers.contains(HttpHeader.TRANSFER_ENCODING);
  }

  private static Map<String, List<String>> parameters(String query) {
    Map<String, List<String>> parameters = new HashMap<>();
    for (String part : query.split("&")) {
      int equals = part.indexOf('=');
      parameters.computeIfAbsent(equals < 0 ? part : part.substring(0, equals), name -> new ArrayList<>(1))
          .add(equals < 0 ? "" : part.substring(equals + 1));
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
