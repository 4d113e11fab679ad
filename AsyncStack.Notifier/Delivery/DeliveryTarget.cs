namespace AsyncStack.Notifier.Delivery;

/// <summary>The host and port of a URL as it is written: what limits per target go by.</summary>
internal static class DeliveryTarget
{
    /// <summary>The same of the column <c>target_url</c>, in SQL.</summary>
    public const string Sql = "lower(split_part(split_part(target_url, '/', 3), '?', 1))";

    public static string Of(string url)
    {
        var parts = url.Split('/', 4);
        return parts.Length < 3 ? "" : parts[2].Split('?', 2)[0].ToLowerInvariant();
    }
}
