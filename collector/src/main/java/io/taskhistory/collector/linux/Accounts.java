package io.taskhistory.collector.linux;

import static io.taskhistory.collector.linux.Native.LIBC;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jnr.constants.platform.Errno;

/**
 * Users and groups as this system knows them, by whatever nsswitch.conf names: files, LDAP, systemd's. Each call may
 * wait for such a service. Safe for use by several threads.
 *
 * <p>Of struct passwd and struct group (pwd.h, grp.h) the first fields are read, which are where they are with every C
 * library of a 64-bit Linux:
 *
 * <pre>
 *   passwd: | 0 name * | 8 password * | 16 uid | 20 gid | …
 *   group:  | 0 name * | 8 password * | 16 gid | …
 * </pre>
 */
public final class Accounts {

  /**
   * A user.
   *
   * @param uid as unsigned; so is {@code gid}, the primary group
   */
  public record User(String name, long uid, long gid) {}

  private static final int STRUCT_SIZE = 64;
  private static final int ID = 16;
  private static final int PRIMARY_GROUP = 20;
  private static final int FIRST_TEXTS = 4 * 1024;
  /** A group with tens of thousands of members; what is longer is no answer. */
  private static final int MOST_TEXTS = 4 << 20;
  private static final int FIRST_GROUPS = 64;
  /** NGROUPS_MAX of include/uapi/linux/limits.h. */
  private static final int MOST_GROUPS = 65_536;

  private Accounts() {}

  /**
   * The user of that name, or empty where there is none.
   *
   * @throws LinuxException where it cannot be told
   */
  public static Optional<User> user(String name) {
    Optional<ByteBuffer> found = find("getpwnam_r", name, LIBC::getpwnam_r);
    return found.map(passwd -> new User(name, Integer.toUnsignedLong(passwd.getInt(ID)),
        Integer.toUnsignedLong(passwd.getInt(PRIMARY_GROUP))));
  }

  /**
   * The gid of the group of that name, or empty where there is none.
   *
   * @throws LinuxException where it cannot be told
   */
  public static Optional<Long> group(String name) {
    return find("getgrnam_r", name, LIBC::getgrnam_r).map(group -> Integer.toUnsignedLong(group.getInt(ID)));
  }

  /** The gids of all groups that {@code user} is in, the primary one too: getgrouplist(3). */
  public static List<Long> groups(User user) {
    CString name = CString.of(user.name());
    ByteBuffer count = Native.allocate(Integer.BYTES);
    int room = FIRST_GROUPS;
    while (true) {
      ByteBuffer gids = Native.allocate(room * Integer.BYTES);
      count.putInt(0, room);
      int result = LIBC.getgrouplist(name.address(), (int) user.gid(), Native.address(gids), Native.address(count));
      Reference.reachabilityFence(name);
      int known = count.getInt(0);
      if (result >= 0) {
        List<Long> groups = new ArrayList<>();
        for (int i = 0; i < Math.min(known, room); i++) {
          groups.add(Integer.toUnsignedLong(gids.getInt(i * Integer.BYTES)));
        }
        return groups;
      }
      if (room >= MOST_GROUPS) {
        throw new LinuxException("getgrouplist", Errno.ERANGE.intValue());
      }
      room = Math.min(MOST_GROUPS, Math.max(2 * room, known));
    }
  }

  /** getpwnam_r(3) or getgrnam_r(3). */
  private interface Lookup {
    int call(long name, long struct, long texts, long size, long result);
  }

  private static Optional<ByteBuffer> find(String call, String name, Lookup lookup) {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    CString text = CString.of(name);
    ByteBuffer struct = Native.allocate(STRUCT_SIZE);
    ByteBuffer result = Native.allocate(Long.BYTES);
    for (int room = FIRST_TEXTS; ; room *= 4) {
      ByteBuffer texts = Native.allocate(room);
      int error = lookup.call(
          text.address(), Native.address(struct), Native.address(texts), room, Native.address(result));
      Reference.reachabilityFence(text);
      Reference.reachabilityFence(texts);
      if (error == 0 || isNotFound(error)) {
        return error == 0 && result.getLong(0) != 0 ? Optional.of(struct) : Optional.empty();
      }
      if (error != Native.EINTR && (error != Errno.ERANGE.intValue() || room > MOST_TEXTS)) {
        throw new LinuxException(call, error);
      }
    }
  }

  /** What some systems answer instead of nothing, by getpwnam(3). */
  private static boolean isNotFound(int error) {
    return error == Errno.ENOENT.intValue() || error == Errno.ESRCH.intValue();
  }
}
