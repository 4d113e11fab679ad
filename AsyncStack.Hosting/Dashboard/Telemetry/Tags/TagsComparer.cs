namespace AsyncStack.Hosting.Dashboard.Telemetry.Tags;

/// <summary>Attributes are the same when they hold the same in the same order.</summary>
internal sealed class TagsComparer : IEqualityComparer<Tag[]>
{
    public static readonly TagsComparer Instance = new();

    public bool Equals(Tag[]? x, Tag[]? y)
    {
        if (ReferenceEquals(x, y))
            return true;
        if (x is null || y is null || x.Length != y.Length)
            return false;
        for (var i = 0; i < x.Length; i++)
        {
            if (x[i].Key != y[i].Key || !ValueEquals(x[i].Value, y[i].Value))
                return false;
        }

        return true;
    }

    public int GetHashCode(Tag[] obj)
    {
        var hash = new HashCode();
        foreach (var (key, value) in obj)
        {
            hash.Add(key);
            hash.Add(value is Array ? TagText.Of(value) : value);
        }

        return hash.ToHashCode();
    }

    private static bool ValueEquals(object? x, object? y) =>
        x is Array && y is Array && x.GetType() == y.GetType() ? TagText.Of(x) == TagText.Of(y) : Equals(x, y);
}
