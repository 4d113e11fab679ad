namespace AsyncStack.Hosting.Publishing.Yaml;

/// <summary>What templates become with the default values.</summary>
internal static class DefaultYaml
{
    public static YamlNode Of(YamlNode node) => node switch
    {
        YamlTemplate template => template.ByDefault,
        YamlInsert insert => Of(insert.ByDefault),
        YamlFile file => new YamlScalar(file.File.Content),
        YamlMap map => new YamlMap([.. map.Entries.Where(e => e.Condition?.ByDefault != false && !IsEmptyInsert(e.Value)).SelectMany(Entries)]),
        YamlList list => new YamlList([.. list.Items.Where(i => i.Condition?.ByDefault != false).SelectMany(Items)]),
        _ => node,
    };

    private static IEnumerable<YamlEntry> Entries(YamlEntry entry) => entry.Key == YamlEntry.Merged
        ? ((YamlMap)Of(entry.Value)).Entries
        : [entry with { Value = Of(entry.Value), Condition = null }];

    // A setting that is inserted into a list brings items of its own.
    private static IEnumerable<YamlItem> Items(YamlItem item) => item.Value is YamlInsert insert
        ? ((YamlList)Of(insert.ByDefault)).Items
        : [new YamlItem(Of(item.Value))];

    private static bool IsEmptyInsert(YamlNode node) =>
        node is YamlInsert { ByDefault: YamlMap { Entries.Count: 0 } or YamlList { Items.Count: 0 } or YamlScalar { Value: null or "" } };
}
