namespace AsyncStack.Hosting.Dashboard.Otlp;

/// <summary>Settings of the OTLP server.</summary>
internal sealed record OtlpOptions
{
    /// <summary>What senders must give in the header <c>x-otlp-api-key</c>; null takes everything.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Length of a request at the most, in bytes, before and after decompression. Default 16 MiB.</summary>
    public int MaxRequestBytes { get; init; } = 16 << 20;

    /// <summary>
    /// Requests that are read at a time; further ones wait for <see cref="SlotWait"/> and are then told to come again. Default 16.
    /// It bounds the memory that requests take.
    /// </summary>
    public int MaxConcurrentRequests { get; init; } = 16;

    /// <summary>How long a request waits for its turn. Default 2 s.</summary>
    public TimeSpan SlotWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a sender may take for its request, as long as senders themselves usually wait. Default 10 s.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
