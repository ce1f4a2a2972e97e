package io.taskhistory.api.openapi;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaBuilder;
import com.github.victools.jsonschema.generator.SchemaGenerationContext;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.generator.impl.DefinitionKey;
import com.github.victools.jsonschema.generator.naming.DefaultSchemaDefinitionNamingStrategy;
import com.github.victools.jsonschema.module.jackson.JacksonModule;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON schemas of the records that become JSON: names in snake case, null only where a component may be, required all
 * that is not left out when it is null. A sealed interface is any of its records.
 */
final class Schemas {

  private static final PropertyNamingStrategies.SnakeCaseStrategy SNAKE =
      new PropertyNamingStrategies.SnakeCaseStrategy();

  private final SchemaBuilder builder;

  Schemas(ObjectMapper json) {
    SchemaGeneratorConfigBuilder config =
        new SchemaGeneratorConfigBuilder(json, SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
            .with(new JacksonModule())
            .with(Option.DEFINITIONS_FOR_ALL_OBJECTS, Option.INLINE_NULLABLE_SCHEMAS, Option.PLAIN_DEFINITION_KEYS,
                Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES, Option.EXTRA_OPEN_API_FORMAT_VALUES)
            .without(Option.SCHEMA_VERSION_INDICATOR);
    config.forFields()
        .withPropertyNameOverrideResolver(field -> SNAKE.translate(field.getName()))
        .withNullableCheck(field -> isNullable(field) && isWrittenAsNull(field))
        .withRequiredCheck(field -> !isNullable(field) || isWrittenAsNull(field));
    config.forTypesInGeneral()
        .withPropertySorter((one, other) -> 0)
        .withDefinitionNamingStrategy(new DefaultSchemaDefinitionNamingStrategy() {
          @Override
          public String getDefinitionNameForKey(DefinitionKey key, SchemaGenerationContext context) {
            return super.getDefinitionNameForKey(key, context).replaceAll("View|[^A-Za-z0-9]", "");
          }
        })
        .withSubtypeResolver((type, context) -> type.getErasedType().isSealed()
        ? Arrays.stream(type.getErasedType().getPermittedSubclasses())
            .map(record -> context.getTypeContext().resolve(record)).toList()
        : null);
    builder = new SchemaGenerator(config.build()).buildMultipleSchemaDefinitions();
  }

  /** A reference to the schema of {@code type}. */
  ObjectNode reference(Class<?> type, List<Type> of) {
    return builder.createSchemaReference(type, of.toArray(Type[]::new));
  }

  /** All that were referred to, by name; to be asked once, in the end. */
  ObjectNode definitions() {
    return builder.collectDefinitions("components/schemas");
  }

  private static boolean isNullable(FieldScope field) {
    return field.getRawMember().getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  private static boolean isWrittenAsNull(FieldScope field) {
    JsonInclude own = field.getRawMember().getAnnotation(JsonInclude.class);
    JsonInclude all = field.getRawMember().getDeclaringClass().getAnnotation(JsonInclude.class);
    JsonInclude which = own == null ? all : own;
    return which == null || which.value() == JsonInclude.Include.ALWAYS;
  }
}
