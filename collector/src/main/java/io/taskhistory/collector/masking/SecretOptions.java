package io.taskhistory.collector.masking;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Options whose names say nothing, of programs that are known to take secrets in them. */
final class SecretOptions {

  /**
   * One.
   *
   * @param flag as it is written
   * @param glued whether the value may stand right behind it
   * @param apart whether the value may be the next argument
   * @param after what stands between what is no secret, a user's name, and the secret; 0 where all of it is one
   */
  record Flag(byte[] flag, boolean glued, boolean apart, char after) {

    private static Flag of(String flag, boolean glued, boolean apart, char after) {
      return new Flag(flag.getBytes(StandardCharsets.US_ASCII), glued, apart, after);
    }

    boolean isWhole(byte[] text, int from, int to) {
      return to - from == flag.length && Ascii.stands(flag, text, from, to);
    }

    boolean isBefore(byte[] text, int from, int to) {
      return to - from > flag.length && Ascii.stands(flag, text, from, to);
    }

    /** Whether it is the last of several letters behind one dash, as in {@code -sSu}. */
    boolean isLastOf(byte[] text, int from, int to) {
      if (flag.length != 2 || to - from < 3 || to - from > 8 || text[from] != '-' || text[to - 1] != flag[1]) {
        return false;
      }
      for (int i = from + 1; i < to; i++) {
        if (!Ascii.isLetter(text[i])) {
          return false;
        }
      }
      return true;
    }
  }

  private static final int LONGEST_NAME = 24;
  private static final Map<String, List<Flag>> PROGRAMS = new HashMap<>();

  static {
    put(List.of(Flag.of("-p", true, false, '\0')),
        "mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlshow mysqlslap mysqlpump mysqlbinlog mariadb"
            + " mariadb-dump mariadb-admin mariadb-import mariadb-check mariadb-show mariadb-slap mariadb-binlog"
            + " mariadb-backup xtrabackup 7z 7za 7zr rar unrar");
    put(either("-p"), "sshpass mongo mongosh mongodump mongorestore mongoexport mongoimport rdesktop useradd usermod"
        + " login"); // of docker, podman, helm …
    put(either("-P"), "zip unzip zipcloak ipmitool sqlcmd bcp");
    put(either("-w"), "ldapsearch ldapmodify ldapadd ldapdelete ldappasswd ldapwhoami ldapcompare ldapmodrdn");
    put(either("-a"), "redis-cli redis-benchmark keydb-cli valkey-cli");
    put(either("-N", "-P"), "ssh-keygen");
    put(List.of(Flag.of("-k", false, true, '\0'), Flag.of("-K", false, true, '\0')), "openssl");
    put(either("-A", "-X", "-c"), "snmpget snmpwalk snmpbulkwalk snmpset snmptrap");
    put(List.of(Flag.of("/p:", true, false, '\0')), "xfreerdp wlfreerdp");
    put(user(':', "-u", "--user", "-U", "--proxy-user"), "curl");
    put(user('%', "-U", "--user"), "smbclient rpcclient net winexe smbget");
    put(user(',', "-u"), "lftp");
  }

  private final boolean builtIn;
  private final List<Flag> ofAll;

  SecretOptions(boolean builtIn, List<String> options) {
    this.builtIn = builtIn;
    ofAll = options.stream().filter(option -> option.length() == 2 && option.startsWith("-"))
        .map(option -> Flag.of(option, true, true, '\0')).toList();
  }

  private static List<Flag> either(String... flags) {
    return user('\0', flags);
  }

  private static List<Flag> user(char after, String... flags) {
    List<Flag> all = new ArrayList<>();
    for (String flag : flags) {
      all.add(Flag.of(flag, flag.length() == 2, true, after));
    }
    return List.copyOf(all);
  }

  private static void put(List<Flag> flags, String programs) {
    for (String program : programs.split(" ")) {
      PROGRAMS.put(program, flags);
    }
  }

  /** Those that any program has. */
  List<Flag> ofAll() {
    return ofAll;
  }

  /** Those of the program whose name or path stands there; empty where it is none that is known. */
  List<Flag> of(byte[] text, int from, int to) {
    if (!builtIn) {
      return List.of();
    }
    int name = to;
    while (name > from && text[name - 1] != '/' && to - name <= LONGEST_NAME) {
      name--;
    }
    return to - name > LONGEST_NAME ? List.of()
        : PROGRAMS.getOrDefault(new String(text, name, to - name, StandardCharsets.ISO_8859_1), List.of());
  }
}
