package io.taskhistory.api.service;

import io.taskhistory.api.access.LocalSocket;
import io.taskhistory.api.access.Tls;
import org.jspecify.annotations.Nullable;

/**
 * Where the service answers, and whom.
 *
 * @param auth whether callers of {@code listen} have to show the token
 * @param tls what protects {@code listen}, null for nothing
 * @param socket where local users ask, null for nowhere
 * @param socketIsOptional whether it does as well without the socket where that cannot be had
 */
public record Admission(
    Listen listen, boolean auth, @Nullable Tls tls, @Nullable LocalSocket socket, boolean socketIsOptional) {

  /**
   * Checks that nothing is sent in the clear beyond loopback, and nobody answered there who shows nothing.
   *
   * @throws IllegalArgumentException where it would; the message is for a person
   */
  public Admission {
    if (!listen.isLoopback() && tls == null) {
      throw new IllegalArgumentException("beyond loopback the token and all answers would pass in the clear; name a"
          + " certificate and its key with --tls-cert and --tls-key, or listen on 127.0.0.1 and use a tunnel (ssh -L)");
    }
    if (!listen.isLoopback() && !auth) {
      throw new IllegalArgumentException("--auth none is for loopback; beyond it everybody would be answered");
    }
  }

  /** On {@code listen} alone. */
  public static Admission at(Listen listen, boolean auth) {
    return new Admission(listen, auth, null, null, false);
  }
}
