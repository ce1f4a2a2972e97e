package io.taskhistory.api.cli;

/** How people read times. */
final class Times {

  private static final int TO_MILLIS = "2023-08-11T10:45:38.271".length();

  /** How many columns they take. */
  static final int WIDTH = TO_MILLIS + 1;

  private Times() {}

  /** {@code 2023-08-11 10:45:38.271Z} of a time as the service writes it. */
  static String people(String rfc3339) {
    return rfc3339.length() < TO_MILLIS ? rfc3339 : rfc3339.substring(0, TO_MILLIS).replace('T', ' ') + "Z";
  }
}
