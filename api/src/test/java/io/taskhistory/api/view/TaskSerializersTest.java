package io.taskhistory.api.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What they write is what the records say, member by member: whatever is there, and whatever is not. */
class TaskSerializersTest {

  private static final ObjectMapper PLAIN =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
  private static final ObjectMapper OURS = JsonMapper.builder()
      .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).addModule(new TaskSerializers()).build();

  /** Something else for each component, so that none can stand for another. */
  private static Object value(RecordComponent component, int i) {
    Class<?> type = component.getType();
    if (type == String.class) {
      return component.getName() + " \"\\\n\u202e\u00e9" + i;
    }
    if (type == int.class) {
      return Integer.MAX_VALUE - i;
    }
    if (type == Long.class) {
      return 4_294_967_295L - i;
    }
    if (type == boolean.class || type == Boolean.class) {
      return i % 2 == 0;
    }
    if (type == ExitView.class) {
      return new ExitView(null, 9, "SIGKILL", false, true, null, null);
    }
    assertThat(type).isEqualTo(List.class);
    return switch (component.getName()) {
      case "entries" -> List.of(view(EntryView.class, -1), view(EntryView.class, -1));
      case "gaps" -> List.of(new GapView("trace", "a", "b", null, "overrun"));
      case "reasons" -> List.of("gap", "snapshot");
      case "argv" -> List.of("ls", "", "-l\u0000");
      default -> throw new IllegalStateException("a new list, " + component + ": say what it can hold");
    };
  }

  private static boolean canBeAbsent(RecordComponent component) {
    return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  /** One with all members, but for that at {@code absent}. */
  private static <T> T view(Class<T> type, int absent) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = i == absent ? null : value(components[i], i);
    }
    return make(type, values);
  }

  private static <T> T make(Class<T> type, Object[] values) {
    try {
      Constructor<T> constructor = type.getDeclaredConstructor(
          Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType).toArray(Class[]::new));
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> void assertAlike(Class<T> type) throws Exception {
    RecordComponent[] components = type.getRecordComponents();
    int absent = 0;
    for (int i = -1; i < components.length; i++) {
      if (i < 0 || canBeAbsent(components[i])) {
        absent += i < 0 ? 0 : 1;
        T view = view(type, i);
        assertThat(OURS.writeValueAsString(view)).isEqualTo(PLAIN.writeValueAsString(view));
      }
    }
    assertThat(absent).as("members of %s that can be absent", type).isPositive();
  }

  @Test
  void task_isWrittenAsItsRecordSays() throws Exception {
    assertAlike(TaskView.class);
  }

  @Test
  void entry_isWrittenAsItsRecordSays() throws Exception {
    assertAlike(EntryView.class);
  }
}
