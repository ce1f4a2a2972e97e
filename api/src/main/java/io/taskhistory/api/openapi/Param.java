package io.taskhistory.api.openapi;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One parameter of a call. What is checked of it and what is said about it are the same.
 *
 * @param place where in a request it stands
 * @param kind how it is written
 * @param example a value that can be sent
 * @param least the least number, of a {@link Kind#NUMBER}
 * @param most the greatest number, or how many characters of a text
 * @param otherwise what holds without it; empty where that is told by the description
 * @param words the only values, of a {@link Kind#WORD}
 */
public record Param(
    String name, Place place, Kind kind, String description, @Nullable String example, long least, long most,
    OptionalLong otherwise, List<String> words) {

  /** Where in a request it stands. */
  public enum Place { PATH, QUERY, HEADER }

  /** How it is written. */
  public enum Kind {
    TEXT,
    NUMBER,
    /** {@code true} or {@code false}; false without it. */
    FLAG,
    /** One of a few words. */
    WORD,
    /** Some of a few words, with commas between them. */
    WORDS
  }

  public static Param text(String name, int mostCharacters, String example, String description) {
    return new Param(name, Place.QUERY, Kind.TEXT, description, example, 0, mostCharacters, OptionalLong.empty(),
        List.of());
  }

  public static Param number(String name, long least, long most, String description) {
    return new Param(name, Place.QUERY, Kind.NUMBER, description, null, least, most, OptionalLong.empty(), List.of());
  }

  public static Param flag(String name, String description) {
    return new Param(name, Place.QUERY, Kind.FLAG, description, null, 0, 0, OptionalLong.empty(), List.of());
  }

  public static Param word(String name, List<String> words, String description) {
    return new Param(name, Place.QUERY, Kind.WORD, description, null, 0, 0, OptionalLong.empty(), words);
  }

  public static Param words(String name, List<String> words, String description) {
    return new Param(name, Place.QUERY, Kind.WORDS, description, null, 0, 0, OptionalLong.empty(), words);
  }

  /** The same number, with what holds where it is not given. */
  public Param otherwise(long number) {
    return new Param(name, place, kind, description, example, least, most, OptionalLong.of(number), words);
  }

  /** The same, elsewhere in the request. */
  public Param in(Place other) {
    return new Param(name, other, kind, description, example, least, most, otherwise, words);
  }
}
