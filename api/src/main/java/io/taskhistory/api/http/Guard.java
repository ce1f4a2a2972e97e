package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.ask.Viewer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides who gets an answer, before anything else looks at a request. What is open is listed; everything else needs
 * the token. A request for a host that is not this machine's loopback comes from a page that had its own name resolved
 * to here (DNS rebinding), and gets nothing.
 */
final class Guard {

  static final Map<String, String> SECURITY_HEADERS = Map.of(
      "Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      "X-Content-Type-Options", "nosniff",
      "Referrer-Policy", "no-referrer",
      "Cache-Control", "no-store");

  private static final List<String> METHODS = List.of("GET", "HEAD", "POST");
  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
  private static final String SCHEME = "Bearer ";
  private static final String VIEWER = Viewer.class.getName();

  private final int port;
  private final byte @Nullable [] token;
  private final Predicate<String> open;

  /**
   * @param port the one that we listen on
   * @param token what to ask for, or null for nothing
   * @param open which paths anybody may read
   */
  Guard(int port, @Nullable String token, Predicate<String> open) {
    this.port = port;
    this.token = token == null ? null : token.getBytes(StandardCharsets.US_ASCII);
    this.open = open;
  }

  void check(Context ctx) {
    SECURITY_HEADERS.forEach(ctx::header);
    if (!METHODS.contains(ctx.req().getMethod())) {
      ctx.header("Allow", String.join(", ", METHODS));
      throw methodNotAllowed();
    }
    if (!isOurs(ctx.header("Host"))) {
      throw new Refusal(Refusal.Kind.MISDIRECTED,
          "the Host header names another host or port than this service's; ask it as 127.0.0.1:" + port
              + ", also at the near end of a tunnel");
    }
    if (token != null && !open.test(ctx.path()) && !isHolder(ctx.header("Authorization"), token)) {
      throw new Refusal(Refusal.Kind.UNAUTHORIZED,
          "send Authorization: Bearer with the text of the file \"token\" in the data directory");
    }
    ctx.attribute(VIEWER, Viewer.EVERYTHING);
  }

  /** Who asks. */
  static Viewer viewer(Context ctx) {
    Viewer viewer = ctx.attribute(VIEWER);
    if (viewer == null) {
      throw new IllegalStateException("a request that was let past the guard");
    }
    return viewer;
  }

  static Refusal methodNotAllowed() {
    return new Refusal(Refusal.Kind.METHOD_NOT_ALLOWED, "this resource does not have that method");
  }

  private boolean isOurs(@Nullable String host) {
    if (host == null) {
      return false;
    }
    int colon = host.lastIndexOf(':');
    boolean hasPort = colon > host.lastIndexOf(']');
    String name = hasPort ? host.substring(0, colon) : host;
    String number = hasPort ? host.substring(colon + 1) : "80";
    return number.equals(Integer.toString(port)) && LOOPBACK.matcher(name).matches();
  }

  private static boolean isHolder(@Nullable String authorization, byte[] token) {
    return authorization != null
        && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(
            authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8), token);
  }
}
