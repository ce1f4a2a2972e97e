package io.taskhistory.api.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.taskhistory.api.ask.Viewer;
import io.taskhistory.collector.linux.Accounts;
import io.taskhistory.collector.linux.LinuxException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may ask through the local socket, and what they may be told. Root, the service's own user and the members of one
 * group see everything; other local users see what {@link Viewer} says, or are refused.
 *
 * <p>The kernel notes who a peer is when it connects (SO_PEERCRED, unix(7)): its effective uid and gid. Java gives them
 * as principals that know the numbers but tell names only, and a name may belong to several numbers, or look like one.
 * Two principals are equal, however, exactly if their numbers are. So a number is found by way of the name and then
 * proven: only the number whose own principal is equal to the peer's is taken for the peer's, and where there is none,
 * the peer is nobody we know.
 *
 * <p>What other groups a peer is in the system's own look-up says, for the user and not for the process: one that has
 * given its groups up is still let in as its user is.
 */
public final class Peers {

  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
  /** How long somebody stays what they were after the administrator has changed a group. */
  private static final Duration REMEMBERED = Duration.ofSeconds(5);
  private static final int MOST_REMEMBERED = 1_000;

  private final String group;
  private final boolean others;
  private final long self;
  private final UserPrincipalLookupService lookup = FileSystems.getDefault().getUserPrincipalLookupService();
  private final Cache<UnixDomainPrincipal, Optional<Viewer>> known =
      Caffeine.newBuilder().expireAfterWrite(REMEMBERED).maximumSize(MOST_REMEMBERED).build();

  /**
   * Those of one socket.
   *
   * @param group whose members see everything; one that does not exist has none
   * @param others whether other local users are let in at all
   */
  public Peers(String group, boolean others) {
    this.group = group;
    this.others = others;
    self = uid();
  }

  private static long uid() {
    try {
      return Integer.toUnsignedLong((Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      throw new IllegalStateException("/proc/self tells no owner", e);
    }
  }

  /** What {@code peer} may be told, or empty where that is nothing. */
  public Optional<Viewer> viewer(UnixDomainPrincipal peer) {
    Optional<Viewer> viewer = known.getIfPresent(peer);
    if (viewer == null) {
      viewer = find(peer);
      known.put(peer, viewer);
    }
    return viewer;
  }

  private Optional<Viewer> find(UnixDomainPrincipal peer) {
    try {
      OptionalLong uid = uid(peer.user());
      if (uid.isEmpty()) {
        return Optional.empty();
      }
      if (uid.getAsLong() == 0 || uid.getAsLong() == self || isMember(peer, uid.getAsLong())) {
        return Optional.of(Viewer.EVERYTHING);
      }
      return others ? Optional.of(Viewer.user(uid.getAsLong())) : Optional.empty();
    } catch (IOException | LinuxException e) {
      LOG.warn("a peer of the local socket is refused, as it cannot be told who it is: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private OptionalLong uid(UserPrincipal user) throws IOException {
    Optional<Accounts.User> account = Accounts.user(user.getName());
    if (account.isPresent() && isUser(user, account.get().uid())) {
      return OptionalLong.of(account.get().uid());
    }
    // A uid that nobody has: Java then writes the number as a signed one.
    if (user.getName().matches("-?[0-9]{1,10}")) {
      long uid = Long.parseLong(user.getName()) & 0xffff_ffffL;
      if (isUser(user, uid)) {
        return OptionalLong.of(uid);
      }
    }
    return OptionalLong.empty();
  }

  private boolean isUser(UserPrincipal user, long uid) throws IOException {
    try {
      return lookup.lookupPrincipalByName(number(uid)).equals(user);
    } catch (UserPrincipalNotFoundException e) {
      return false;
    }
  }

  private boolean isGroup(UserPrincipal principal, long gid) throws IOException {
    try {
      return lookup.lookupPrincipalByGroupName(number(gid)).equals(principal);
    } catch (UserPrincipalNotFoundException e) {
      return false;
    }
  }

  /** A number as the look-up takes it: signed, and with zeros before it, so that no user's name is hit instead. */
  private static String number(long id) {
    int signed = (int) id;
    return (signed < 0 ? "-" : "") + "0".repeat(20) + Math.abs((long) signed);
  }

  private boolean isMember(UnixDomainPrincipal peer, long uid) throws IOException {
    Optional<Long> gid = Accounts.group(group);
    if (gid.isEmpty()) {
      return false;
    }
    if (isGroup(peer.group(), gid.get())) {
      return true;
    }
    return Accounts.user(peer.user().getName()).filter(user -> user.uid() == uid)
        .map(Accounts::groups).filter(groups -> groups.contains(gid.get())).isPresent();
  }
}
