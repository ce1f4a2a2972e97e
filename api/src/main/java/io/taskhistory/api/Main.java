package io.taskhistory.api;

import io.taskhistory.api.cli.CommandLines;

/** The program {@code taskhistory}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.exit(CommandLines.execute(args));
  }
}
