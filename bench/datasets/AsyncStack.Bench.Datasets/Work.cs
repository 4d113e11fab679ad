namespace AsyncStack.Bench.Datasets;

/// <summary>One piece of work that all do.</summary>
/// <param name="Name">As the peers call it.</param>
/// <param name="JobType">As our Api calls it.</param>
/// <param name="Params">What our job gets, as JSON.</param>
/// <param name="Informative">Without targets, and not done by pandas: the others do not do quite the same.</param>
internal sealed record Work(string Name, string JobType, string Params, bool Informative = false)
{
    private const string Scaling = """
        "fill_nulls":{"strategy":"median","columns":["total_bedrooms"]},"normalize":{"columns":["total_bedrooms","households"],"method":"minmax"}
        """;

    public static IReadOnlyList<Work> All { get; } =
    [
        new("metrics", "metrics", """{"metrics":["rows","columns","null_ratio","duplicates"],"duplicates":{"keep":false}}"""),
        new("iqr", "anomalies", """{"column":"total_rooms","strategy":"IQR"}"""),
        new("zscore", "anomalies", """{"column":"total_rooms","strategy":"zscore"}"""),
        new("normalize", "normalize", $$"""{{{Scaling}}}"""),
        new("normalize-distinct", "normalize", $$"""{"drop_duplicates":{},{{Scaling}}}"""),
        new("profile", "metrics", """{"metrics":["profile"]}""", Informative: true),
        new("compare", "compare", "{}", Informative: true),
    ];
}
