package io.taskhistory.api.http;

import io.javalin.http.Context;
import io.taskhistory.api.access.Hosts;
import io.taskhistory.api.access.Peers;
import io.taskhistory.api.access.Token;
import io.taskhistory.api.ask.Refusal;
import io.taskhistory.api.ask.Viewer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * Decides who gets an answer, before anything else looks at a request. What is open is listed; everything else needs
 * the token. A request for a host that we are not (see {@link Hosts}), or that a page of another site made, gets
 * nothing.
 */
final class Guard {

  /**
   * Who may ask for what. The page's files and the health of the service hold no data; what tells of the service
   * itself, its paths and its host as a whole is for those who see everything.
   *
   * @param open which paths anybody may read
   * @param forEverything which only those may who see everything
   */
  record Audience(Set<String> open, Set<String> forEverything) {}

  static final Map<String, String> SECURITY_HEADERS = Map.of(
      "Content-Security-Policy", "default-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
          + "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      "X-Content-Type-Options", "nosniff",
      "Referrer-Policy", "no-referrer",
      "Cross-Origin-Opener-Policy", "same-origin",
      "Cross-Origin-Resource-Policy", "same-origin",
      "Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()");

  /** What is said of an answer that may be another the next time. */
  static final Map<String, String> NOT_CACHED = Map.of("Cache-Control", "no-store");

  private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "OPTIONS");
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");
  /** What a caller may take for the way to show the token. */
  private static final Set<String> TOKEN_PARAMETERS = Set.of("token", "access_token");
  private static final String SCHEME = "Bearer ";
  private static final String PERMIT = Permit.class.getName();

  private final Hosts hosts;
  private final @Nullable Token token;
  private final @Nullable Peers peers;
  private final Audience audience;
  private final WrongTokens wrong;

  /**
   * A guard of all doors.
   *
   * @param token what to ask for, or null for nothing
   * @param peers who may ask through the local socket, null where there is none
   */
  Guard(Hosts hosts, @Nullable Token token, @Nullable Peers peers, Audience audience, WrongTokens wrong) {
    this.hosts = hosts;
    this.token = token;
    this.peers = peers;
    this.audience = audience;
    this.wrong = wrong;
  }

  /**
   * What was decided about a request.
   *
   * @param holds false once it would be decided otherwise, as the token was replaced
   */
  private record Permit(Viewer viewer, BooleanSupplier holds) {}

  private static final Permit OPEN = new Permit(Viewer.EVERYTHING, () -> true);

  void check(Context ctx) {
    SECURITY_HEADERS.forEach(ctx::header);
    NOT_CACHED.forEach(ctx::header);
    if (!METHODS.contains(ctx.req().getMethod())) {
      ctx.header("Allow", String.join(", ", METHODS));
      throw methodNotAllowed();
    }
    RequestHead head = new ServletHead(ctx);
    try {
      ctx.attribute(PERMIT, permit(head));
    } catch (Refusal refusal) {
      if (refusal.kind() == Refusal.Kind.UNAUTHORIZED && token(head) != null) {
        wrong.note(head.remoteAddress());
      }
      throw refusal;
    }
  }

  /** Who may see the answer to a request that may be answered; with no trace of it if not. */
  Viewer viewer(RequestHead head) {
    return permit(head).viewer;
  }

  private Permit permit(RequestHead head) {
    // No page reaches the local socket, whatever its host is called.
    UnixDomainPrincipal peer = head.peer();
    if (peer == null && !hosts.isOurs(head.header("Host"))) {
      throw new Refusal(Refusal.Kind.MISDIRECTED, "the Host header names another host or port than this service's; ask"
          + " it as " + hosts.example() + ", also at the near end of a tunnel");
    }
    if (!Collections.disjoint(head.parameters().keySet(), TOKEN_PARAMETERS)) {
      throw new Refusal(Refusal.Kind.TOKEN_IN_URL, "URLs end up in logs and histories: take the token out of this one,"
          + " replace it with taskhistory token --rotate, and send it as Authorization: Bearer");
    }
    boolean open = audience.open.contains(head.path());
    if (!open) {
      refuseOtherSites(head);
    }
    Permit permit = open ? OPEN : peer == null ? byToken(head) : byPeer(peer);
    if (!permit.viewer.seesEverything() && audience.forEverything.contains(head.path())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "this is for those who see everything: root and the group's members");
    }
    return permit;
  }

  /** Browsers say where a request comes from; they alone send these headers, and no page can forge them. */
  private void refuseOtherSites(RequestHead head) {
    String site = head.header("Sec-Fetch-Site");
    boolean isOther = site != null && !OWN_SITE.contains(site);
    for (String origin : head.headers("Origin")) {
      isOther |= !hosts.isOurOrigin(origin);
    }
    if (isOther) {
      throw new Refusal(Refusal.Kind.CROSS_SITE, "a page of another site asks; this service answers its own page alone");
    }
  }

  private Permit byPeer(UnixDomainPrincipal peer) {
    Optional<Viewer> viewer = peers == null ? Optional.empty() : peers.viewer(peer);
    return new Permit(viewer.orElseThrow(() -> new Refusal(Refusal.Kind.FORBIDDEN,
        "this socket is for root and the group's members; see run --socket-others")), () -> true);
  }

  private Permit byToken(RequestHead head) {
    if (token == null) {
      return OPEN;
    }
    int given = head.headers("Authorization").size();
    if (given > 1) {
      throw new Refusal(Refusal.Kind.BAD_REQUEST, "Authorization is given " + given + " times; give it once");
    }
    String shown = token(head);
    BooleanSupplier holds = shown == null ? null : token.admit(shown);
    if (holds == null) {
      throw new Refusal(Refusal.Kind.UNAUTHORIZED,
          "send Authorization: Bearer with the text of the file \"token\" in the data directory");
    }
    return new Permit(Viewer.EVERYTHING, holds);
  }

  /** What is shown as one, right or wrong. */
  private static @Nullable String token(RequestHead head) {
    String shown = head.header("Authorization");
    return shown != null && shown.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? shown.substring(SCHEME.length()).strip()
        : null;
  }

  /** Who asks. */
  static Viewer viewer(Context ctx) {
    return permitOf(ctx).viewer;
  }

  /** Whether whoever asked would still be let in; for answers that go on and on. */
  static BooleanSupplier stillAllowed(Context ctx) {
    return permitOf(ctx).holds;
  }

  private static Permit permitOf(Context ctx) {
    Permit permit = ctx.attribute(PERMIT);
    if (permit == null) {
      throw new IllegalStateException("a request that was let past the guard");
    }
    return permit;
  }

  static Refusal methodNotAllowed() {
    return new Refusal(Refusal.Kind.METHOD_NOT_ALLOWED, "this resource does not have that method");
  }
}
