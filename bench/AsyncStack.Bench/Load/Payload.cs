namespace AsyncStack.Bench.Load;

/// <summary>The same 512 bytes of JSON for every system and for the raw broker.</summary>
internal static class Payload
{
    public const int Bytes = 512;

    public static string Json { get; } = $$"""{"text":"{{new string('x', Bytes - """{"text":""}""".Length)}}"}""";

    /// <summary>The body of <c>POST /api/process</c>.</summary>
    public static string WithCallback(Uri callback) => $$"""{"callback_url":"{{callback}}","payload":{{Json}}}""";
}
