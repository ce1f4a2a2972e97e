package io.taskhistory.api.service;

import io.taskhistory.api.access.Hosts;
import io.taskhistory.api.access.LocalSocket;
import io.taskhistory.api.access.Regularly;
import io.taskhistory.api.access.Tls;
import io.taskhistory.api.http.ApiServer;
import io.taskhistory.api.http.Bounds;
import io.taskhistory.api.http.Doors;
import io.taskhistory.api.policy.Keeper;
import io.taskhistory.store.HistoryStore;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running service. It comes up in the order in which a refusal does least: first the port, so that nothing of the
 * data directory is touched where another service runs, then the store, which refuses a directory in use or of a newer
 * version, then the token, the collector, whoever keeps the store within bounds, HTTP, and last the file that tells
 * others of it. It goes down in reverse.
 */
public final class Service implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Service.class);

  /** A step down. */
  private interface Closing {
    void close() throws IOException;
  }

  private final Deque<Closing> open = new ArrayDeque<>();
  private final String url;
  private final DataDirectory directory;
  private final boolean auth;

  private Service(
      Machine machine, DataDirectory directory, Admission admission, Keeper.@Nullable Setup keeping,
      Consumer<Throwable> onFailure) {
    this.directory = directory;
    this.auth = admission.auth();
    try {
      ServerSocketChannel listening = admission.listen().open();
      open.push(listening::close);
      LocalSocket local = claimed(admission);
      url = url(listening, admission.tls());
      directory.create();
      HistoryStore store = opened(machine, directory.path(), keeping != null);
      open.push(store::close);
      TokenWatch token = auth ? TokenWatch.of(directory) : null;
      Machine.Following following = machine.follow(store, onFailure);
      open.push(following::close);
      Keeper keeper = keeping == null ? null : Keeper.start(keeping, store, following);
      if (keeper != null) {
        open.push(keeper::close);
      }
      Bounds bounds = new Bounds(store.upkeep(), () -> Optional.ofNullable(keeper).map(Keeper::state));
      ApiServer server = new ApiServer(store.reader(), following, bounds, Version.read(),
          new Doors(listening, token == null ? null : token.token(), admission.tls(), local));
      open.push(server::close);
      server.start();
      open.push(Regularly.start(looks(token, admission.tls()))::close);
      // By TLS it is reached under the names of the certificate alone; commands of this host need none by the socket.
      directory.announce(admission.tls() == null || local == null ? url : "unix:" + local.path());
      open.push(directory::withdraw);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Starts one; it answers when this returns.
   *
   * @param admission where it answers, and whom
   * @param keeping how the store is kept within bounds; null for not at all
   * @param onFailure called where tasks cannot be followed any longer
   * @throws ServiceException where the port or the directory cannot be had
   * @throws io.taskhistory.store.StoreException where the store cannot be opened
   * @throws io.taskhistory.api.policy.PolicyException where what is configured cannot be here
   */
  public static Service start(
      Machine machine, DataDirectory directory, Admission admission, Keeper.@Nullable Setup keeping,
      Consumer<Throwable> onFailure) {
    return new Service(machine, directory, admission, keeping, onFailure);
  }

  /**
   * Where the store cannot be opened, there will be nobody to thaw what an earlier service left frozen, unless it is in
   * use: then whoever has it open may have frozen that for a reason.
   */
  private static HistoryStore opened(Machine machine, Path directory, boolean isKept) {
    try {
      return machine.open(directory);
    } catch (RuntimeException | Error e) {
      if (isKept) {
        Stores.unlessInUse(directory, () -> Keeper.thawLeftBehind(directory));
      }
      throw e;
    }
  }

  /** The address as a person can use it: certificates have names in them, and no host is called 0.0.0.0. */
  private static String url(ServerSocketChannel listening, @Nullable Tls tls) {
    Listen bound = Listen.bound(listening);
    return tls == null ? "http://" + bound : new Hosts(bound.port(), true, tls::names).example();
  }

  private static List<Runnable> looks(@Nullable TokenWatch token, @Nullable Tls tls) {
    List<Runnable> looks = new ArrayList<>();
    if (token != null) {
      looks.add(token::look);
    }
    if (tls != null) {
      looks.add(tls::look);
    }
    return looks;
  }

  private static @Nullable LocalSocket claimed(Admission admission) {
    LocalSocket socket = admission.socket();
    try {
      if (socket != null) {
        socket.claim();
      }
      return socket;
    } catch (IOException e) {
      if (admission.socketIsOptional()) {
        LOG.warn("there is no local socket: {}", e.getMessage());
        return null;
      }
      throw new ServiceException("cannot listen on --socket: " + e.getMessage() + "; name another, or none", e);
    }
  }

  public String url() {
    return url;
  }

  /** The page with the token in the fragment, which browsers keep to themselves; empty where none is needed. */
  public Optional<String> link() {
    return auth ? directory.token().map(secret -> url + "/#token=" + secret) : Optional.empty();
  }

  /** Any thread may; the second finds nothing left to do. */
  @Override
  public synchronized void close() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (RuntimeException | IOException e) {
        // The rest has to be closed all the same.
        LOG.error("stopping", e);
      }
    }
  }
}
