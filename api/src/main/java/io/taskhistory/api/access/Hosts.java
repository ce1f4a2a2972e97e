package io.taskhistory.api.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names that this service answers as. A request for another comes from a page that had its own name resolved to
 * here (DNS rebinding). An address of loopback cannot be rebound, so it is always ours; any other name has to stand in
 * the certificate, or be named by the administrator.
 */
public final class Hosts {

  private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]");
  private static final Pattern ADDRESS_6 = Pattern.compile("\\[?([0-9a-fA-F:.]*:[0-9a-fA-F:.]*)]?");

  private final int port;
  /** As nearly everybody writes it. */
  private final String usual;
  private final boolean tls;
  private final Supplier<Set<String>> names;

  /**
   * The names of one listening socket.
   *
   * @param port the one that we listen on
   * @param names what else we are called besides loopback, as {@link #normal} writes it; {@code *.} for one label
   */
  public Hosts(int port, boolean tls, Supplier<Set<String>> names) {
    this.port = port;
    this.usual = "127.0.0.1:" + port;
    this.tls = tls;
    this.names = names;
  }

  /** Whether a {@code Host} header means us. */
  public boolean isOurs(@Nullable String host) {
    if (host == null || host.equals(usual)) {
      return host != null;
    }
    int colon = host.lastIndexOf(':');
    boolean hasPort = colon > host.lastIndexOf(']');
    String name = hasPort ? host.substring(0, colon) : host;
    String number = hasPort ? host.substring(colon + 1) : tls ? "443" : "80";
    return number.equals(Integer.toString(port)) && (LOOPBACK.matcher(name).matches() || isNamed(normal(name)));
  }

  /** Whether an {@code Origin} header says that a page of ours asks. */
  public boolean isOurOrigin(String origin) {
    String scheme = tls ? "https://" : "http://";
    return origin.startsWith(scheme) && isOurs(origin.substring(scheme.length()));
  }

  /** How to ask us. */
  public String example() {
    return (tls ? "https" : "http") + "://" + names.get().stream().filter(name -> !name.startsWith("*"))
        .sorted().findFirst().orElse("127.0.0.1") + ":" + port;
  }

  private boolean isNamed(String name) {
    Set<String> ours = names.get();
    int dot = name.indexOf('.');
    return ours.contains(name) || dot > 0 && ours.contains("*" + name.substring(dot));
  }

  /** A name or address as it is compared: in lower case, IPv6 addresses in brackets and written in full. */
  public static String normal(String name) {
    if (ADDRESS_6.matcher(name).matches()) {
      try {
        String bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        return "[" + InetAddress.getByName(bare).getHostAddress() + "]"; // a literal: nobody is asked
      } catch (UnknownHostException e) {
        return name;
      }
    }
    return name.toLowerCase(Locale.ROOT);
  }
}
