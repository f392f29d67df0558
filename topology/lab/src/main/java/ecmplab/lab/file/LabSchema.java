package ecmplab.lab.file;

import ecmplab.lab.file.Scalar.Form;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON schema (draft-07) that the table of shapes amounts to, for editors; the loader says more, and says it better. */
final class LabSchema {
    private LabSchema() {}

    static Map<String, Object> document() {
        return document("ECMP Lab: lab file", LabShapes.LAB);
    }

    /** Of a speaker's file. */
    static Map<String, Object> speaker() {
        return document("ECMP Lab: speaker file", SpeakerShapes.SPEAKER);
    }

    private static Map<String, Object> document(String title, Shape shape) {
        var document = new LinkedHashMap<String, Object>();
        document.put("$schema", "http://json-schema.org/draft-07/schema#");
        document.put("title", title);
        document.putAll(schema(shape));
        return document;
    }

    private static Map<String, Object> schema(Shape shape) {
        return switch (shape) {
            case Shape.Plain(Scalar<?> scalar) -> scalar(scalar);
            case Shape.Words(List<String> words) -> Map.of("enum", words);
            case Shape.ListOf(Shape item, String what) -> ordered("type", "array", "items", schema(item));
            case Shape.MapOf(Scalar<?> key, Shape value, String what) ->
                ordered(
                        "type",
                        List.of("object", "null"),
                        "propertyNames",
                        key.form() instanceof Form.Matching(String pattern) ? Map.of("pattern", pattern) : Map.of(),
                        "additionalProperties",
                        schema(value));
            case Shape.Keys keys -> keys(keys);
            case Shape.ByKind(String what, String discriminator, Map<String, Shape.Keys> kinds) -> {
                var cases = new ArrayList<Object>();
                kinds.forEach((kind, keys) -> cases.add(ordered(
                        "if", Map.of("properties", Map.of(discriminator, Map.of("const", kind))), "then", keys(keys))));
                yield ordered("type", "object", "required", List.of(discriminator), "allOf", cases);
            }
            case Shape.ShortOr(Shape brief, Shape full) -> Map.of("anyOf", List.of(schema(brief), schema(full)));
        };
    }

    private static Map<String, Object> keys(Shape.Keys keys) {
        var properties = new LinkedHashMap<String, Object>();
        var required = new ArrayList<String>();
        keys.keys().forEach((name, key) -> {
            var property = new LinkedHashMap<String, Object>();
            property.put("description", key.about());
            property.putAll(schema(key.shape()));
            properties.put(name, property);
            if (key.required()) {
                required.add(name);
            }
        });
        var schema =
                ordered("type", List.of("object", "null"), "properties", properties, "additionalProperties", false);
        if (!required.isEmpty()) {
            schema.put("type", "object");
            schema.put("required", required);
        }
        return schema;
    }

    private static Map<String, Object> scalar(Scalar<?> scalar) {
        return switch (scalar.form()) {
            case Form.Matching(String pattern) -> ordered("type", "string", "pattern", pattern);
            case Form.Whole(long least, long most) -> ordered("type", "integer", "minimum", least, "maximum", most);
            case Form.YesNo() -> ordered("type", "boolean");
        };
    }

    private static Map<String, Object> ordered(Object... keysAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return map;
    }
}
