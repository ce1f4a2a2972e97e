package io.taskhistory.api.http;

import io.taskhistory.api.Scene;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/** Serves the scene that the tests ask about, to look at with a browser: {@code DemoServer PORT [TOKEN]}. */
public final class DemoServer {

  private DemoServer() {}

  public static void main(String[] args) throws Exception {
    Scene scene = new Scene();
    ServerSocketChannel listening = ServerSocketChannel.open();
    listening.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])));
    new ApiServer(scene.reader(), scene.collector, Bounds.of(scene.store.upkeep()), "demo", listening,
        args.length > 1 ? args[1] : null).start();
    System.out.println("ready http:/" + listening.getLocalAddress());
    Thread.currentThread().join();
  }
}
