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
import java.util.function.Predicate;
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
   * @param isOpen which paths anybody may read
   * @param isForEverything which only those may who see everything
   */
  record Audience(Predicate<String> isOpen, Predicate<String> isForEverything) {}

  static final Map<String, String> SECURITY_HEADERS = Map.of(
      "Content-Security-Policy", "default-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
          + "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
      "X-Content-Type-Options", "nosniff",
      "Referrer-Policy", "no-referrer",
      "Cross-Origin-Opener-Policy", "same-origin",
      "Cross-Origin-Resource-Policy", "same-origin",
      "Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
      "Cache-Control", "no-store");

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

  void check(Context ctx) {
    SECURITY_HEADERS.forEach(ctx::header);
    if (!METHODS.contains(ctx.req().getMethod())) {
      ctx.header("Allow", String.join(", ", METHODS));
      throw methodNotAllowed();
    }
    // No page reaches the local socket, whatever its host is called.
    UnixDomainPrincipal peer = (UnixDomainPrincipal) ctx.req().getAttribute(PeerConnector.PEER);
    if (peer == null && !hosts.isOurs(ctx.header("Host"))) {
      throw new Refusal(Refusal.Kind.MISDIRECTED, "the Host header names another host or port than this service's; ask"
          + " it as " + hosts.example() + ", also at the near end of a tunnel");
    }
    if (ctx.queryParamMap().keySet().stream().anyMatch(TOKEN_PARAMETERS::contains)) {
      throw new Refusal(Refusal.Kind.TOKEN_IN_URL, "URLs end up in logs and histories: take the token out of this one,"
          + " replace it with taskhistory token --rotate, and send it as Authorization: Bearer");
    }
    boolean open = audience.isOpen.test(ctx.path());
    if (!open) {
      refuseOtherSites(ctx);
    }
    Permit permit = open ? new Permit(Viewer.EVERYTHING, () -> true) : peer == null ? permit(ctx) : permit(peer);
    if (!permit.viewer.seesEverything() && audience.isForEverything.test(ctx.path())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "this is for those who see everything: root and the group's members");
    }
    ctx.attribute(PERMIT, permit);
  }

  /** Browsers say where a request comes from; they alone send these headers, and no page can forge them. */
  private void refuseOtherSites(Context ctx) {
    String site = ctx.header("Sec-Fetch-Site");
    List<String> origins = Collections.list(ctx.req().getHeaders("Origin"));
    if (site != null && !OWN_SITE.contains(site) || !origins.stream().allMatch(hosts::isOurOrigin)) {
      throw new Refusal(Refusal.Kind.CROSS_SITE, "a page of another site asks; this service answers its own page alone");
    }
  }

  private Permit permit(UnixDomainPrincipal peer) {
    Optional<Viewer> viewer = peers == null ? Optional.empty() : peers.viewer(peer);
    return new Permit(viewer.orElseThrow(() -> new Refusal(Refusal.Kind.FORBIDDEN,
        "this socket is for root and the group's members; see run --socket-others")), () -> true);
  }

  private Permit permit(Context ctx) {
    if (token == null) {
      return new Permit(Viewer.EVERYTHING, () -> true);
    }
    List<String> all = Collections.list(ctx.req().getHeaders("Authorization"));
    if (all.size() > 1) {
      throw new Refusal(Refusal.Kind.BAD_REQUEST, "Authorization is given " + all.size() + " times; give it once");
    }
    String shown = all.isEmpty() ? null : all.get(0);
    if (shown != null && shown.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      BooleanSupplier holds = token.admit(shown.substring(SCHEME.length()).strip());
      if (holds != null) {
        return new Permit(Viewer.EVERYTHING, holds);
      }
      wrong.note(ctx.req().getRemoteAddr());
    }
    throw new Refusal(Refusal.Kind.UNAUTHORIZED,
        "send Authorization: Bearer with the text of the file \"token\" in the data directory");
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
