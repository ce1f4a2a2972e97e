package io.taskhistory.api.http;

import java.util.List;
import java.util.Map;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/** What a request says before its body, from whichever layer of the server it was taken. */
interface RequestHead {

  String method();

  /** Without the query. */
  String path();

  /** As it was sent. */
  @Nullable String query();

  /** The query's parameters, decoded; each with all values that it is given. */
  Map<String, List<String>> parameters();

  /** Its first value. */
  @Nullable String header(String name);

  List<String> headers(String name);

  String remoteAddress();

  /** Who is at the other end of the local socket; null where the request came in another way. */
  @Nullable UnixDomainPrincipal peer();
}
