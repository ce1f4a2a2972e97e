package io.taskhistory.api.page;

import io.taskhistory.api.Scene;
import io.taskhistory.api.http.ApiServer;
import io.taskhistory.api.http.Bounds;
import io.taskhistory.history.Details;
import io.taskhistory.history.Entry;
import io.taskhistory.history.Provenance;
import io.taskhistory.history.RawText;
import io.taskhistory.history.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.util.List;

/** The page in the browser, of a server that answers about a {@link Scene} with names that try to be markup. */
final class ScenePage implements AutoCloseable {

  static final String TOKEN = "a-token-for-tests";
  static final String MARKUP = "<script>alert(1)";
  static final String RIGHT_TO_LEFT = "a\u202etxt.exe";
  static final String LINES = "two\nlines";

  final Scene scene = new Scene();
  final Browser browser;
  private ApiServer server;
  private String url;
  private int pid = 6000;
  private long time = 205;

  ScenePage() {
    browser = Chromium.browser();
    hostile(5001, MARKUP);
    hostile(5002, RIGHT_TO_LEFT);
    hostile(5003, LINES);
    scene.commit(200 * Scene.SECOND);
    serve(0);
  }

  private void hostile(int pid, String name) {
    RawText text = RawText.of(name);
    Entry entry = scene.entry(scene.writer().root(), 190 * Scene.SECOND, pid, name, Provenance.OBSERVED);
    entry.detail(new Details(text, text, List.of(text, RawText.of("<img src=x onerror=alert(1)>")), false, text, 1000,
        1000, 1000, 1000, 1000, 3, RawText.EMPTY, text, RawText.EMPTY, pid));
    scene.writer().save(entry);
    scene.process(pid, 189 * Scene.SECOND, entry, null);
  }

  private void serve(int port) {
    try {
      ServerSocketChannel listening = ServerSocketChannel.open();
      listening.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      listening.bind(new InetSocketAddress("127.0.0.1", port));
      url = "http://127.0.0.1:" + listening.socket().getLocalPort() + "/";
      server = new ApiServer(
          scene.reader(), scene.collector, Bounds.of(scene.store.upkeep()), "test", listening, TOKEN);
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A child of the shell is started, execs a program of that name, and ends with code 3. */
  void happen(String name) {
    Task shell = scene.reader().task(3787).orElseThrow();
    Task child = scene.process(++pid, time * Scene.SECOND, shell.entry(), shell);
    scene.commit(time * Scene.SECOND);
    Entry exec = scene.entry(shell.entry(), ++time * Scene.SECOND, pid, name, Provenance.OBSERVED);
    child.enter(exec);
    child.rename(exec.name());
    scene.writer().save(child);
    scene.commit(time * Scene.SECOND);
    scene.end(child, ++time * Scene.SECOND, 3 << 8);
    scene.commit(time * Scene.SECOND);
  }

  /** Its address, without a token. */
  String url() {
    return url;
  }

  /** Goes to a route, {@code #/tree} for example, as the link that the service prints leads there. */
  void open(String route) {
    browser.open(url + "#token=" + TOKEN + "&" + route.substring(1));
  }

  /** The part of the address behind the #. */
  String hash() {
    return browser.js("return location.hash").asText();
  }

  void stop() {
    server.close();
  }

  /** Serves again where it was. */
  void restart() {
    serve(URI.create(url).getPort());
  }

  @Override
  public void close() {
    browser.open("about:blank");
    server.close();
    scene.store.close();
  }
}
