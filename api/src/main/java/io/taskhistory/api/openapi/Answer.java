package io.taskhistory.api.openapi;

import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call answers with where nothing goes wrong.
 *
 * @param media its media type
 * @param body the class of the answer, or of one line of it; null where it is a text
 * @param of the type parameters of that class
 * @param example the file of an example, beside the document's others; null where there is none
 */
public record Answer(String media, @Nullable Class<?> body, List<Type> of, String description, @Nullable String example) {

  public static final String JSON = "application/json";

  public static Answer json(Class<?> body, String description, String example) {
    return new Answer(JSON, body, List.of(), description, example);
  }

  /** A page of some items. */
  public static Answer page(Class<?> page, Class<?> item, String description, String example) {
    return new Answer(JSON, page, List.of(item), description, example);
  }

  public static Answer text(String media, String description, @Nullable String example) {
    return new Answer(media, null, List.of(), description, example);
  }
}
