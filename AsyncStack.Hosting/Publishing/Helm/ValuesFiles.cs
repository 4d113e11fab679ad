using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AsyncStack.Hosting.Publishing.Templates;
using AsyncStack.Hosting.Publishing.Yaml;

namespace AsyncStack.Hosting.Publishing.Helm;

/// <summary>values.yaml and its schema.</summary>
internal static class ValuesFiles
{
    // Helm itself hands the values under this key down to charts within charts.
    private const string Global = "global";

    public static string Values(ValuesSection root) => YamlWriter.Write(Map(root));

    public static string Schema(ValuesSection root)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            Members(json, root, isRoot: true);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static YamlMap Map(ValuesSection section) => new([.. section.Members.Select(member => member switch
    {
        ValuesSection inner => new YamlEntry(inner.Key, Map(inner), Comment: inner.Meaning),
        ISetting setting => new YamlEntry(setting.Key, ObjectYaml.From(setting.Default), Comment: setting.Meaning),
        _ => throw new InvalidOperationException($"A {member.GetType().Name} is no part of values."),
    })]);

    private static void Members(Utf8JsonWriter json, ValuesSection section, bool isRoot)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
        if (isRoot)
        {
            json.WriteStartObject(Global);
            json.WriteString("type", "object");
            json.WriteEndObject();
        }

        foreach (var member in section.Members)
        {
            json.WriteStartObject(member is ValuesSection inner ? inner.Key : ((ISetting)member).Key);
            json.WriteString("description", (member as ValuesSection)?.Meaning ?? ((ISetting)member).Meaning);
            if (member is ValuesSection below)
                Members(json, below, isRoot: false);
            else
                Write(json, ((ISetting)member).Schema);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Schema schema)
    {
        if (schema.OrNumber)
        {
            json.WriteStartArray("type");
            json.WriteStringValue(schema.Type);
            json.WriteStringValue("number");
            json.WriteEndArray();
        }
        else
        {
            json.WriteString("type", schema.Type);
        }

        if (schema.Minimum is { } minimum)
            json.WriteNumber("minimum", minimum);
        if (schema.Maximum is { } maximum)
            json.WriteNumber("maximum", maximum);
        if (schema.Pattern is { } pattern)
            json.WriteString("pattern", pattern);
        if (schema.Choices is { } choices)
        {
            json.WriteStartArray("enum");
            foreach (var choice in choices)
                json.WriteStringValue(choice);
            json.WriteEndArray();
        }

        if (schema.NotNamed is { } names)
        {
            json.WriteStartObject("not");
            json.WriteStartArray("required");
            json.WriteStringValue("name");
            json.WriteEndArray();
            json.WriteStartObject("properties");
            Nested(json, "name", Templates.Schema.Matching(names));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        Nested(json, "items", schema.Items);
        Nested(json, "additionalProperties", schema.Members);
        if (schema.Properties is { } properties)
        {
            json.WriteBoolean("additionalProperties", false);
            json.WriteStartObject("properties");
            foreach (var (key, property) in properties)
                Nested(json, key, property);
            json.WriteEndObject();
        }
    }

    private static void Nested(Utf8JsonWriter json, string name, Schema? schema)
    {
        if (schema is null)
            return;
        json.WriteStartObject(name);
        Write(json, schema);
        json.WriteEndObject();
    }
}
