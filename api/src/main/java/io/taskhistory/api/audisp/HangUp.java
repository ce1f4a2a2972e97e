package io.taskhistory.api.audisp;

import java.lang.reflect.Proxy;

/**
 * What is done at SIGHUP, which auditd passes on to its plugins. The JDK's own way is in its module jdk.unsupported,
 * whose names a compiler warns of, so it is called by name. Where that module is missing, and where SIGHUP was ignored
 * from the start, nothing is done.
 */
public final class HangUp {

  private HangUp() {}

  /** Whether {@code action} will be run, in a thread of its own, each time. */
  public static boolean handle(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy = Proxy.newProxyInstance(HangUp.class.getClassLoader(), new Class<?>[] {handler},
          (self, method, arguments) -> {
            if (method.getName().equals("handle")) {
              action.run();
            }
            return null;
          });
      signal.getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
