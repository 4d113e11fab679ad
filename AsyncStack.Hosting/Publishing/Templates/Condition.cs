namespace AsyncStack.Hosting.Publishing.Templates;

/// <summary>When a part of a chart is there: as Go template code, and whether it is with the default values.</summary>
internal sealed record Condition(string Code, bool ByDefault)
{
    public static Condition operator &(Condition left, Condition right) =>
        new($"and {Nested(left)} {Nested(right)}", left.ByDefault && right.ByDefault);

    public static Condition operator |(Condition left, Condition right) =>
        new($"or {Nested(left)} {Nested(right)}", left.ByDefault || right.ByDefault);

    public static Condition operator !(Condition condition) => new($"not {Nested(condition)}", !condition.ByDefault);

    private static string Nested(Condition condition) => condition.Code.Contains(' ', StringComparison.Ordinal) ? $"({condition.Code})" : condition.Code;
}
