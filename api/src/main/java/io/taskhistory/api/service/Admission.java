package io.taskhistory.api.service;

import io.taskhistory.api.access.LocalSocket;
import org.jspecify.annotations.Nullable;

/**
 * Where the service answers, and whom.
 *
 * @param auth whether callers of {@code listen} have to show the token
 * @param socket where local users ask, null for nowhere
 * @param socketIsOptional whether it does as well without the socket where that cannot be had
 */
public record Admission(Listen listen, boolean auth, @Nullable LocalSocket socket, boolean socketIsOptional) {

  /** On {@code listen} alone. */
  public static Admission at(Listen listen, boolean auth) {
    return new Admission(listen, auth, null, false);
  }
}
