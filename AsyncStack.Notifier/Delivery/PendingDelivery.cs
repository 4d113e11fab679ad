using AsyncStack.Notifier.Signing;

namespace AsyncStack.Notifier.Delivery;

/// <summary>A delivery this process holds the lease of.</summary>
/// <param name="Id">Its row.</param>
/// <param name="TargetUrl">Where it goes.</param>
/// <param name="Body">What is signed and sent.</param>
/// <param name="Attempts">Attempts recorded so far; the fence of the next record.</param>
/// <param name="LeaseUntil">When other notifiers may take it.</param>
/// <param name="TraceParent">W3C trace context of the job.</param>
internal sealed record PendingDelivery(
    Guid Id, string TargetUrl, byte[] Body, int Attempts, DateTimeOffset LeaseUntil, string? TraceParent)
{
    /// <summary>The <c>webhook-id</c>, the same in every attempt.</summary>
    public string MessageId { get; } = $"msg_{Id}";

    /// <summary>What signs for its target, if it is not the configured secrets; see <see cref="TargetSecrets"/>.</summary>
    public string[]? Secrets { get; init; }

    /// <summary>Its lane.</summary>
    public string Target { get; } = DeliveryTarget.Of(TargetUrl);
}
