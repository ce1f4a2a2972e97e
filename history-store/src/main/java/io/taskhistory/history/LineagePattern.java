package io.taskhistory.history;

import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which histories are meant, by the entries that they end in, oldest first: {@code sshd=>bash=>*} is every exec right
 * below a bash right below an sshd.
 *
 * <p>Items are joined by {@code =>}, with spaces around it as one likes. An item is one of
 *
 * <pre>
 *   tmux\072\040server   an entry with that name, written as in the kernel style; a star in a name is \052
 *   /usr/bin/dash        an entry with that path: that of its image, or of the program that exec was asked for
 *   *                    any one entry, also one with an unknown name
 *   **                   any number of entries, none too
 * </pre>
 *
 * <p>The last item is the exec in question. The pattern may begin anywhere in the history, as if {@code **} stood before
 * it. A name that nobody knows fits {@code *} and {@code **} and nothing else.
 *
 * <p>Matching takes one walk up the history, whatever the pattern: all places in the pattern at which it may stand are
 * followed at once, as the bits of a number.
 */
public final class LineagePattern {

  /** How many items a pattern may have. */
  public static final int MOST_ITEMS = 32;

  /** How many characters a pattern may have. */
  public static final int MOST_CHARACTERS = 2048;

  private static final String SEPARATOR = "=>";
  private static final String ANY_NUMBER = "**";
  private static final String ANY_ONE = "*";

  /** One item. */
  public sealed interface Item {

    /** Whether {@code entry} fits it; of {@link Any} any one that it stands for. */
    boolean fits(Entry entry);
  }

  /** An entry with a name. */
  public record Named(RawText name) implements Item {
    @Override
    public boolean fits(Entry entry) {
      return name.equals(entry.name());
    }

    @Override
    public String toString() {
      String text = Escapes.kernel(name);
      return text.startsWith("/") ? "\\057" + text.substring(1) : text; // else it would be a path
    }
  }

  /** An entry with a path. */
  public record Path(RawText path) implements Item {
    @Override
    public boolean fits(Entry entry) {
      Details details = entry.details();
      return path.equals(details.program()) || path.equals(details.exe());
    }

    @Override
    public String toString() {
      return Escapes.kernel(path);
    }
  }

  /** Any entry: exactly one or, where {@code number}, as many as there are. */
  public record Any(boolean number) implements Item {
    @Override
    public boolean fits(Entry entry) {
      return true;
    }

    @Override
    public String toString() {
      return number ? ANY_NUMBER : ANY_ONE;
    }
  }

  private final List<Item> items;

  /** Bit i: item i stands for any number of entries. */
  private final long anyNumber;

  private LineagePattern(List<Item> items) {
    this.items = List.copyOf(items);
    long bits = 0;
    for (int i = 0; i < items.size(); i++) {
      bits |= items.get(i) instanceof Any any && any.number ? 1L << i : 0;
    }
    this.anyNumber = bits;
  }

  /**
   * Reads a pattern that a person or a program wrote.
   *
   * @throws ParseException where it is none; the message says what is wrong with which item, counting from 1
   */
  public static LineagePattern parse(String text) throws ParseException {
    if (text.length() > MOST_CHARACTERS) {
      throw new ParseException(
          "the pattern has " + text.length() + " characters, and may have " + MOST_CHARACTERS, MOST_CHARACTERS);
    }
    List<Item> items = new ArrayList<>();
    int from = 0;
    while (from <= text.length()) {
      int end = text.indexOf(SEPARATOR, from);
      end = end < 0 ? text.length() : end;
      if (items.size() == MOST_ITEMS) {
        throw new ParseException("the pattern has more than " + MOST_ITEMS + " items", from);
      }
      items.add(item(text.substring(from, end), items.size() + 1, from));
      from = end + SEPARATOR.length();
    }
    return new LineagePattern(items);
  }

  private static Item item(String written, int number, int at) throws ParseException {
    String text = trimmed(written);
    if (text.isEmpty()) {
      throw wrong(number, "it is empty; write * for any one entry, ** for any number of them", at);
    }
    if (text.equals(ANY_ONE) || text.equals(ANY_NUMBER)) {
      return new Any(text.equals(ANY_NUMBER));
    }
    if (text.indexOf('*') >= 0) {
      throw wrong(number, "* stands for a whole entry, not for a part of a name; a star in a name is written \\052", at);
    }
    RawText raw;
    try {
      raw = Escapes.parse(text);
    } catch (ParseException e) {
      throw wrong(number, String.valueOf(e.getMessage()), at);
    }
    if (!raw.isKnown()) {
      throw wrong(number, "? is what nobody knows; write * for any one entry, \\077 for a program called ?", at);
    }
    return text.startsWith("/") ? new Path(raw) : new Named(raw);
  }

  private static String trimmed(String text) {
    int from = 0;
    int end = text.length();
    while (from < end && text.charAt(from) == ' ') {
      from++;
    }
    while (end > from && text.charAt(end - 1) == ' ') {
      end--;
    }
    return text.substring(from, end);
  }

  private static ParseException wrong(int number, String why, int at) {
    return new ParseException("item " + number + " of the pattern: " + why, at);
  }

  /** Oldest first. */
  public List<Item> items() {
    return items;
  }

  /** Whether an entry with that name, and with details or without, may be the last of one that is meant. */
  public boolean canEndIn(RawText name, boolean detailed) {
    Item last = items.get(items.size() - 1);
    return last instanceof Named named ? named.name.equals(name) : detailed || last instanceof Any;
  }

  /** Whether the history that ends in {@code last} is meant. */
  public boolean fits(Entry last) {
    return walk(last) > 0;
  }

  /**
   * The same, and how far up the history one had to go for it: for whoever has to bound that.
   *
   * @return one more than the number of entries that were looked at; negative where it does not fit
   */
  public int walk(Entry last) {
    // Bit i: the entries below fit the items from i on, so that the next one up has to fit the one before.
    long places = back(1L << items.size());
    int looked = 1;
    for (@Nullable Entry entry = last; entry != null && places != 0 && (places & 1) == 0; entry = entry.parent()) {
      places = back(before(places, entry));
      looked++;
    }
    return (places & 1) != 0 ? looked : -looked;
  }

  private long before(long places, Entry entry) {
    long then = 0;
    for (long rest = places; rest != 0; rest &= rest - 1) {
      int place = Long.numberOfTrailingZeros(rest);
      if (place > 0 && items.get(place - 1).fits(entry)) {
        then |= 1L << ((anyNumber >>> place - 1 & 1) != 0 ? place : place - 1);
      }
    }
    return then;
  }

  /** Items that may stand for none are passed over. */
  private long back(long places) {
    long all = places;
    for (int place = items.size(); place > 0; place--) {
      if ((all >>> place & 1) != 0 && (anyNumber >>> place - 1 & 1) != 0) {
        all |= 1L << place - 1;
      }
    }
    return all;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LineagePattern that && items.equals(that.items);
  }

  @Override
  public int hashCode() {
    return items.hashCode();
  }

  /** As it may be parsed again. */
  @Override
  public String toString() {
    return items.stream().map(Item::toString).collect(Collectors.joining(SEPARATOR));
  }
}
