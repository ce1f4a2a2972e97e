package io.taskhistory.api.http;

/** Conditional requests (RFC 9110, 13). */
final class Conditions {

  private Conditions() {}

  /** Whether {@code If-None-Match} says that the client has what {@code tag} stands for; compared weakly. */
  static boolean hasAlready(RequestHead head, String tag) {
    String known = head.header("If-None-Match");
    if (known == null) {
      return false;
    }
    if (known.strip().equals("*")) {
      return true;
    }
    String opaque = opaque(tag);
    for (String one : known.split(",")) {
      if (opaque(one.strip()).equals(opaque)) {
        return true;
      }
    }
    return false;
  }

  private static String opaque(String tag) {
    return tag.startsWith("W/") ? tag.substring(2) : tag;
  }
}
