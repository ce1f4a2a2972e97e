package io.taskhistory.api.cli;

import java.lang.reflect.Proxy;

/**
 * What is done at a signal that does not end the process: SIGHUP, which auditd passes on to its plugins, or SIGWINCH.
 * The JDK's own way is in its module jdk.unsupported, whose names a compiler warns of, so it is called by name. Where
 * that module is missing, and where the signal was ignored from the start, nothing is done.
 */
final class ProcessSignals {

  private ProcessSignals() {}

  /**
   * Whether {@code action} will be run, in a thread of its own, each time.
   *
   * @param name of the signal, without SIG
   */
  static boolean handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy = Proxy.newProxyInstance(ProcessSignals.class.getClassLoader(), new Class<?>[] {handler},
          (self, method, arguments) -> {
            if (method.getName().equals("handle")) {
              action.run();
            }
            return null;
          });
      signal.getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
