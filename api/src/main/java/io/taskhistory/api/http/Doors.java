package io.taskhistory.api.http;

import io.taskhistory.api.access.LocalSocket;
import io.taskhistory.api.access.Tls;
import io.taskhistory.api.access.Token;
import java.nio.channels.ServerSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Where the interface is reached, and what callers have to show there.
 *
 * @param listening bound already, so that a port in use is known before anything else is touched
 * @param token what callers have to show there, or null for nothing
 * @param tls what protects it, null for nothing
 * @param local where local users ask, claimed already; null for nowhere
 */
public record Doors(
    ServerSocketChannel listening, @Nullable Token token, @Nullable Tls tls, @Nullable LocalSocket local) {}
