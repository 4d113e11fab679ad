namespace AsyncStack.Hosting.Runtime;

/// <summary>Scripts that travel inside this assembly.</summary>
internal static class EmbeddedText
{
    /// <summary>The resource's text.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream(name)
            ?? throw new ArgumentException($"There is no embedded '{name}'.", nameof(name));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
