using AsyncStack.Hosting.Publishing.Kubernetes;

namespace AsyncStack.Hosting.Publishing.Templates;

/// <summary>
/// Keys of values.yaml that belong together. values.yaml, its schema and what templates read come from here, so no template reads a
/// key that is not there and no key is there that none reads.
/// </summary>
internal sealed class ValuesSection(string path, string meaning)
{
    private readonly List<object> _members = [];

    public string Path { get; } = path;

    public string Key => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>What the section is for; the comment above it.</summary>
    public string Meaning { get; } = meaning;

    /// <summary><see cref="ISetting"/>s and sections, in the order they were added.</summary>
    public IReadOnlyList<object> Members => _members;

    public ValuesSection Section(string key, string meaning) => Add(new ValuesSection(Below(key), meaning));

    public Setting<bool> Flag(string key, bool byDefault, string meaning) => Add(new Setting<bool>(Below(key), byDefault, meaning, Schema.Flag));

    public Setting<int> Number(string key, int byDefault, string meaning, int minimum = 0, int? maximum = null) =>
        Add(new Setting<int>(Below(key), byDefault, meaning, Schema.Number(minimum, maximum)));

    public Setting<string> Text(string key, string byDefault, string meaning, string? pattern = null) =>
        Add(new Setting<string>(Below(key), byDefault, meaning, pattern is null ? Schema.AnyText : Schema.Matching(pattern)));

    public Setting<string> Choice(string key, string byDefault, string meaning, params string[] choices) =>
        Add(new Setting<string>(Below(key), byDefault, meaning, Schema.OneOf(choices)));

    public Setting<string> Quantity(string key, string byDefault, string meaning) =>
        Add(new Setting<string>(Below(key), byDefault, meaning, Schema.Quantity));

    public Setting<T> Block<T>(string key, T byDefault, string meaning, Schema schema) => Add(new Setting<T>(Below(key), byDefault, meaning, schema));

    public Setting<ResourceRequirements> Resources(ResourceRequirements byDefault) =>
        Block("resources", byDefault, "What each pod asks for and may use at the most.", Schema.Resources);

    private string Below(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    private T Add<T>(T member)
        where T : notnull
    {
        _members.Add(member);
        return member;
    }
}
