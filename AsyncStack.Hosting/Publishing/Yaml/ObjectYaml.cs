using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Yaml;

/// <summary>Turns records into YAML: property names in camel case, in the order declared, nulls left out.</summary>
internal static class ObjectYaml
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> PropertiesOf = new();

    public static YamlNode From(object? value) => value switch
    {
        null or string or bool or int => new YamlScalar(value),
        IField { Content: Text text } field => FromText(text, field.IsText),
        IField field => From(field.Content),
        Text text => FromText(text, isText: true),
        ISetting setting => FromSetting(setting),
        ChartFile file => new YamlFile(file),
        Labels { Count: 0, More: { } only } => From(only),
        IDictionary map => new YamlMap([.. Entries(map)]),
        IEnumerable items => new YamlList([.. items.Cast<object?>().Select(i => new YamlItem(From(i), ConditionOf(i)))]),
        _ => new YamlMap([.. Entries(value)]),
    };

    private static YamlNode FromText(Text text, bool isText) => (text, isText) switch
    {
        (_, false) => new YamlTemplate(text.Template, new YamlScalar(int.Parse(text.ByDefault, CultureInfo.InvariantCulture))),
        ({ IsLiteral: true }, _) => new YamlScalar(text.ByDefault),
        _ => new YamlTemplate(YamlQuoting.Template(text.Template), new YamlScalar(text.ByDefault)),
    };

    private static YamlNode FromSetting(ISetting setting) => setting.Default switch
    {
        string => new YamlTemplate($"{{{{ {setting.Code} | quote }}}}", new YamlScalar(setting.Default)),
        bool => new YamlTemplate($"{{{{ {setting.Code} }}}}", new YamlScalar(setting.Default)),
        // Helm holds numbers as floating point and would write a million as 1e+06.
        int => new YamlTemplate($"{{{{ int {setting.Code} }}}}", new YamlScalar(setting.Default)),
        _ => new YamlInsert(setting.Code, From(setting.Default)),
    };

    private static IEnumerable<YamlEntry> Entries(IDictionary map)
    {
        foreach (DictionaryEntry entry in map)
            yield return new YamlEntry((string)entry.Key, From(entry.Value), ConditionOf(entry.Value));
        if (map is Labels { More: { } more })
            yield return new YamlEntry(YamlEntry.Merged, From(more));
    }

    private static IEnumerable<YamlEntry> Entries(object record) =>
        from property in PropertiesOf.GetOrAdd(record.GetType(), InOrder)
        let value = property.GetValue(record)
        where value is not null
        select new YamlEntry(NameOf(property), From(value), ConditionOf(value));

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<YamlNameAttribute>()?.Name ?? char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    // apiVersion, kind and metadata are declared by the base and come first.
    private static PropertyInfo[] InOrder(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetIndexParameters().Length == 0)
            .OrderBy(p => p.DeclaringType == type ? 1 : 0)
            .ThenBy(p => p.MetadataToken),
    ];

    private static Condition? ConditionOf(object? value) => (value as IField)?.Condition;
}

/// <summary>The name of a property whose own would be that of its type.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class YamlNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
