using System.Collections.Frozen;

namespace AsyncStack.Api.Identity;

/// <summary>What a caller may do.</summary>
[Flags]
internal enum Scopes
{
    None = 0,
    JobsSubmit = 1,
    JobsRead = 1 << 1,
    JobsManage = 1 << 2,
    DatasetsRead = 1 << 3,
    DatasetsWrite = 1 << 4,
    WorkflowsRead = 1 << 5,
    WorkflowsWrite = 1 << 6,
    WebhooksManage = 1 << 7,
    Ops = 1 << 8,

    /// <summary>Everything, keys included.</summary>
    Admin = 1 << 9,
}

/// <summary>Scopes as keys, tokens and documents name them.</summary>
internal static class ScopeNames
{
    private static readonly (string Name, Scopes Scope)[] Named =
    [
        ("jobs:submit", Scopes.JobsSubmit), ("jobs:read", Scopes.JobsRead), ("jobs:manage", Scopes.JobsManage),
        ("datasets:read", Scopes.DatasetsRead), ("datasets:write", Scopes.DatasetsWrite),
        ("workflows:read", Scopes.WorkflowsRead), ("workflows:write", Scopes.WorkflowsWrite),
        ("webhooks:manage", Scopes.WebhooksManage), ("ops", Scopes.Ops), ("admin", Scopes.Admin),
    ];

    private static readonly FrozenDictionary<string, Scopes> ByName = Named
        .Concat(Named.Where(n => n.Name.Contains(':', StringComparison.Ordinal)).GroupBy(n => n.Name.Split(':')[0])
            .Select(g => ($"{g.Key}:*", g.Aggregate(Scopes.None, (all, n) => all | n.Scope))))
        .ToFrozenDictionary(n => n.Item1, n => n.Item2, StringComparer.Ordinal);

    /// <summary>Every name that is taken: each scope, and <c>jobs:*</c> for all of a kind.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Named.Select(n => n.Name), .. ByName.Keys.Where(n => n.EndsWith('*')).Order(StringComparer.Ordinal)];

    /// <summary>What a name stands for; nothing for a name that is none.</summary>
    public static Scopes Of(string name) => ByName.GetValueOrDefault(name, Scopes.None);

    /// <summary>What several names stand for together.</summary>
    public static Scopes Of(IEnumerable<string> names) => names.Aggregate(Scopes.None, static (all, name) => all | Of(name));

    /// <summary>The names of the scopes, one each.</summary>
    public static string[] NamesOf(this Scopes scopes) => [.. Named.Where(n => scopes.HasFlag(n.Scope)).Select(n => n.Name)];

    /// <summary>Whether who holds these may do what needs those.</summary>
    public static bool Include(this Scopes held, Scopes needed) => (held & Scopes.Admin) != Scopes.None || (held & needed) == needed;
}
